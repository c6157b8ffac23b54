//! Instructions per call, counted by callgrind.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    program::{Program, answer},
    results::Figure,
    scenario::Scenario,
};

/// # Errors
///
/// If valgrind is missing.
pub(super) fn find_valgrind() -> Result<()> {
    let found = Command::new("valgrind").arg("--version").output().is_ok();
    ensure!(found, "valgrind is missing: install it, on Debian by `apt-get install valgrind`");
    Ok(())
}

pub(super) fn measure(programs: &[Program], scenario: Scenario) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for program in programs {
        if let Some(value) = per_call(&program.plain, scenario)? {
            figures.push(Figure::exact(&program.contestant, value));
        }
    }
    Ok(figures)
}

/// In whole tenths: starting the program takes a few instructions more or less each time.
fn per_call(program: &Path, scenario: Scenario) -> Result<Option<f64>> {
    let [few, many] = match scenario {
        // Some of these calls wait for two milliseconds each.
        Scenario::AsWritten => [10, 60],
        _ => [1_000, 11_000],
    };
    let (Some(short), Some(long)) = (count(program, scenario, few)?, count(program, scenario, many)?) else {
        return Ok(None);
    };
    Ok(Some((10.0 * (long - short) / f64::from(many - few)).round() / 10.0))
}

fn count(program: &Path, scenario: Scenario, calls: u32) -> Result<Option<f64>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    let Some(output) = answer(valgrind.args([scenario.name(), "run", &calls.to_string()]))? else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let count = collected(&said).with_context(|| format!("valgrind says no instruction count:\n{said}"))?;
    Ok(Some(count))
}

/// The count in callgrind's summary.
fn collected(summary: &str) -> Option<f64> {
    summary.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_what_callgrind_says() {
        let summary = "==7== Callgrind, a call-graph generating cache profiler\n\
                       ==7== Events    : Ir\n==7== Collected : 360475\n==7== \n";
        assert_eq!(collected(summary), Some(360_475.0));
        assert_eq!(collected("==7== killed"), None);
    }
}
