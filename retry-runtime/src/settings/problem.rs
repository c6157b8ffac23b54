//! What is wrong with settings: all of it at once, each fault where it was written.

use std::{error::Error, fmt};

/// All that is wrong with settings. Nothing of them was taken: the policies are as they were before.
///
/// Shown as a line for each problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<Problem>,
}

impl SettingsError {
    /// The same fault in many functions is one. `Ok` if there is none.
    pub(super) fn unless_none(problems: Vec<Problem>) -> Result<(), Self> {
        let mut found: Vec<Problem> = Vec::new();
        for problem in problems {
            if !found.contains(&problem) {
                found.push(problem);
            }
        }
        if found.is_empty() { Ok(()) } else { Err(Self { problems: found }) }
    }

    /// The problems, in the order of their sources: files, environment, run time.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.problems.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl Error for SettingsError {}

/// One thing that is wrong: where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it was written: `environment`, `run time`, or the path of a file.
    pub source: String,
    /// What was written there: a variable's name, the path of a key; empty where it is the whole source.
    pub key: String,
    /// Its value as written, where there is one.
    pub value: Option<String>,
    /// The fault, then what is allowed.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, key, value, message } = self;
        f.write_str(source)?;
        if !key.is_empty() {
            write!(f, ": {key}")?;
        }
        if let Some(value) = value {
            write!(f, " = {value}")?;
        }
        write!(f, ": {message}")
    }
}
