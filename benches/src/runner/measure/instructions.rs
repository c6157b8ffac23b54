//! Instructions per call, counted by callgrind.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    program::{Program, answer},
    results::Figure,
    scenario::Scenario,
};

/// A short run and a long one.
pub(super) const MANY_CALLS: [u32; 2] = [1_000, 11_000];

/// What callgrind counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Count {
    pub(super) instructions: f64,
    pub(super) system_calls: f64,
}

/// # Errors
///
/// If valgrind is missing.
pub(super) fn find_valgrind() -> Result<()> {
    let found = Command::new("valgrind").arg("--version").output().is_ok();
    ensure!(found, "valgrind is missing: install it, on Debian by `apt-get install valgrind`");
    Ok(())
}

pub(super) fn measure(programs: &[Program], scenario: Scenario) -> Result<Vec<Figure>> {
    let runs = match scenario {
        // Some of these calls wait for two milliseconds each.
        Scenario::AsWritten => [10, 60],
        _ => MANY_CALLS,
    };
    let mut figures = Vec::new();
    for program in programs {
        if let Some(count) = per_call(&program.plain, scenario.name(), runs)? {
            figures.push(Figure::exact(&program.contestant, count.instructions));
        }
    }
    Ok(figures)
}

/// In whole tenths: starting the program takes a few instructions more or less each time.
pub(super) fn per_call(program: &Path, scenario: &str, [few, many]: [u32; 2]) -> Result<Option<Count>> {
    let (Some(short), Some(long)) = (count(program, scenario, few)?, count(program, scenario, many)?) else {
        return Ok(None);
    };
    let tenths = |short: f64, long: f64| (10.0 * (long - short) / f64::from(many - few)).round() / 10.0;
    Ok(Some(Count {
        instructions: tenths(short.instructions, long.instructions),
        system_calls: tenths(short.system_calls, long.system_calls),
    }))
}

fn count(program: &Path, scenario: &str, calls: u32) -> Result<Option<Count>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--collect-systime=yes", "--callgrind-out-file=/dev/null"]);
    let Some(output) = answer(valgrind.arg(program).args([scenario, "run", &calls.to_string()]))? else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let count = collected(&said).with_context(|| format!("valgrind says no instruction count:\n{said}"))?;
    Ok(Some(count))
}

/// The counts in callgrind's summary: `Ir sysCount sysTime`.
fn collected(summary: &str) -> Option<Count> {
    let counts = summary.lines().find_map(|line| line.split_once("Collected :"))?.1;
    let mut counts = counts.split_whitespace().map(|count| count.parse().ok());
    Some(Count { instructions: counts.next()??, system_calls: counts.next()?? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_found_in_what_callgrind_says() {
        let summary = "==7== Callgrind, a call-graph generating cache profiler\n\
                       ==7== Events    : Ir sysCount sysTime\n==7== Collected : 360475 1092 142\n==7== \n";
        assert_eq!(collected(summary), Some(Count { instructions: 360_475.0, system_calls: 1_092.0 }));
        assert_eq!(collected("==7== killed"), None);
    }
}
