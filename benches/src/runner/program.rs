//! A contestant's program: built alone, so that no other crate's features change it, and checked before it is
//! measured.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, Result, bail};
use retry_benches::NO_SUCH_SCENARIO;

use crate::{
    contest::Contest,
    contestants::{Contestant, Discipline},
    limit::Limit,
    scenario::Scenario,
    template::Form,
    workspace::{Workspace, failure, run, start},
};

pub(crate) struct Program {
    pub(crate) contestant: String,
    /// As a user ships it.
    pub(crate) plain: PathBuf,
    /// With an allocator that counts.
    pub(crate) counting: PathBuf,
}

impl Program {
    pub(crate) fn build(workspace: &Workspace, contestant: &Contestant) -> Result<Self> {
        eprintln!("building {}", contestant.name);
        let features = contestant.features.join(",");
        let program = Self {
            contestant: contestant.name.clone(),
            plain: build(workspace, &contestant.name, &features, "")?,
            counting: build(workspace, &contestant.name, &features, "count-allocations")?,
        };
        program.verify(contestant.discipline)?;
        Ok(program)
    }

    /// # Errors
    ///
    /// If a scenario has a wrong result or a wrong number of attempts.
    fn verify(&self, discipline: Discipline) -> Result<()> {
        for scenario in scenarios(discipline) {
            answer(Command::new(&self.plain).args([&scenario, "verify"]))
                .with_context(|| format!("{} does not do the work of the others", self.contestant))?;
        }
        Ok(())
    }
}

/// All that is known; a program has some of them.
fn scenarios(discipline: Discipline) -> Vec<String> {
    match discipline {
        Discipline::Retries => Scenario::ALL.map(|scenario| scenario.name().to_owned()).to_vec(),
        Discipline::Limits => {
            let limits = [Form::Blocking, Form::Async]
                .into_iter()
                .flat_map(|form| Limit::ALL.into_iter().map(move |limit| limit.scenario(form)));
            limits.chain(Contest::ALL.map(|contest| contest.name().to_owned())).collect()
        }
        // These count their attempts themselves, and what they ask is counted where they ask it.
        Discipline::Coordination => Vec::new(),
    }
}

/// Every build has the same name in cargo's target directory, so it is copied aside.
fn build(workspace: &Workspace, name: &str, features: &str, counting: &str) -> Result<PathBuf> {
    let target = workspace.scratch.join("programs-target");
    let mut cargo = workspace.cargo("build");
    cargo.args(["--locked", "--profile", "fat", "--package", env!("CARGO_PKG_NAME"), "--bin", name]);
    cargo.args(["--no-default-features", "--features", features, "--features", counting]);
    run(cargo.arg("--target-dir").arg(&target))?;
    let programs = workspace.scratch.join("programs");
    fs::create_dir_all(&programs)?;
    let copy = programs.join(if counting.is_empty() { name.to_owned() } else { format!("{name}-counting") });
    let built = target.join("fat").join(name);
    fs::copy(&built, &copy).with_context(|| format!("cannot copy {}", built.display()))?;
    Ok(copy)
}

/// What a program (or a profiler that runs it) says, or `None` if the contestant does not have the scenario.
pub(crate) fn answer(command: &mut Command) -> Result<Option<Output>> {
    let output = start(command)?;
    if output.status.code() == Some(NO_SUCH_SCENARIO.into()) {
        return Ok(None);
    }
    if !output.status.success() {
        bail!(failure(command, &output));
    }
    Ok(Some(output))
}

/// The numbers that a program prints, or `None` if the contestant does not have the scenario.
pub(crate) fn numbers<const N: usize>(program: &Path, arguments: &[&str]) -> Result<Option<[u64; N]>> {
    let mut command = Command::new(program);
    let Some(output) = answer(command.args(arguments))? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Option<Vec<u64>> = text.split_whitespace().map(|number| number.parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
    let numbers =
        numbers.with_context(|| format!("{} prints {text:?}, not {N} numbers", program.display()))?;
    Ok(Some(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Result<Option<[u64; 2]>> {
        numbers(Path::new("sh"), &["-c", script])
    }

    #[test]
    fn the_numbers_of_a_program_are_read() {
        assert_eq!(sh("echo 7 8").unwrap(), Some([7, 8]));
        assert!(sh("echo 7").unwrap_err().to_string().contains("not 2 numbers"));
    }

    #[test]
    fn a_missing_scenario_is_no_failure() {
        assert_eq!(sh("exit 3").unwrap(), None);
        assert!(sh("echo why >&2; exit 101").unwrap_err().to_string().contains("why"));
    }
}
