//! What is wrong with settings: all of it at once, each fault where it was written.

use std::{
    error::Error,
    fmt::{self, Write},
};

use super::section::Origin;

/// All that is wrong with settings. Nothing of them was taken: the policies are as they were before.
///
/// Shown as a line for each problem, also by `Debug`: it is what a `main` shows that returns it.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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
            f.write_str(": ")?;
            plainly(key, f)?;
        }
        if let Some(value) = value {
            write!(f, " = {value}")?;
        }
        f.write_str(": ")?;
        plainly(message, f)
    }
}

/// On one line, whatever a file has for names.
fn plainly(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    text.chars()
        .try_for_each(|c| if c.is_control() { write!(f, "{}", c.escape_default()) } else { f.write_char(c) })
}

/// A rule that a call or a policy would break.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) origin: Origin,
    /// Who would.
    pub(super) who: String,
    /// What else was set that the rule is about.
    pub(super) beside: String,
    pub(super) message: String,
}

/// So many are named of those who would break a rule for the same reason.
const NAMED: usize = 3;

impl Found {
    /// As problems: one fault is one problem, however many would have it.
    pub(super) fn problems(found: Vec<Self>) -> Vec<Problem> {
        let mut groups: Vec<Vec<Self>> = Vec::new();
        for one in found {
            let is_same = |group: &&mut Vec<Self>| group.first().is_some_and(|first| first.is_like(&one));
            match groups.iter_mut().find(is_same) {
                Some(group) => group.push(one),
                None => groups.push(vec![one]),
            }
        }
        groups.iter().filter_map(|group| Self::problem(group)).collect()
    }

    fn is_like(&self, other: &Self) -> bool {
        Self { who: String::new(), ..self.clone() } == Self { who: String::new(), ..other.clone() }
    }

    fn problem(group: &[Self]) -> Option<Problem> {
        let Self { origin, beside, message, .. } = group.first()?;
        let who: Vec<&str> = group.iter().take(NAMED).map(|found| found.who.as_str()).collect();
        let more = match group.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(origin.problem(format!("for {}{more}{beside}: {message}", who.join(", "))))
    }
}
