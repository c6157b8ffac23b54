//! What one source says of one name.

use std::{fmt, sync::Arc};

use retry_rules::Fault;

use super::{
    field::{self, FIELDS, JITTER_FACTOR},
    problem::Problem,
    value::{Raw, Value},
};
use crate::{
    Backoff, Jitter,
    policy::{Field, Fields},
};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// As in [`Problem::source`].
    pub(super) source: Arc<str>,
    pub(super) key: String,
    /// The value as written.
    pub(super) raw: String,
}

impl Origin {
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        let Self { source, key, raw } = self;
        Problem {
            source: source.to_string(),
            key: key.clone(),
            value: Some(raw.clone()),
            message: message.into(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            f.write_str(&self.source)
        } else {
            write!(f, "{}: {}", self.source, self.key)
        }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// What a source says of one name: a value for some of the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section {
    settings: [Option<Setting>; FIELDS.len()],
    /// What could not be understood.
    refused: Fields,
}

/// A field as a source writes it.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The field's name.
    pub(super) name: String,
    pub(super) raw: Raw,
    pub(super) source: Arc<str>,
    /// The name as the source writes it.
    pub(super) key: String,
}

impl Written {
    fn origin(&self) -> Origin {
        Origin { source: self.source.clone(), key: self.key.clone(), raw: self.raw.to_string() }
    }
}

impl Section {
    /// Understands what is written. What is wrong becomes a problem.
    pub(super) fn read(written: &[Written], problems: &mut Vec<Problem>) -> Self {
        let mut section = Self::default();
        let mut factor: Option<Setting> = None;
        for one in written {
            let origin = one.origin();
            let Some(field) = field::named(&one.name) else {
                problems.push(origin.problem(field::unknown(&one.name)));
                continue;
            };
            match Value::read(field, &one.name, &one.raw) {
                Err(message) => {
                    section.refused = section.refused.with(field);
                    problems.push(origin.problem(message));
                }
                Ok(value) if one.name == JITTER_FACTOR => match &factor {
                    Some(other) => problems.push(twice(&origin, &other.origin)),
                    None => factor = Some(Setting { value, origin }),
                },
                Ok(value) => match section.get(field) {
                    Some(other) => problems.push(twice(&origin, &other.origin)),
                    None => section.set(field, Setting { value, origin }),
                },
            }
        }
        section.join_factor(factor, problems);
        problems.extend(section.contradictions());
        section
    }

    /// `jitter = true` with a `jitter_factor`.
    fn join_factor(&mut self, factor: Option<Setting>, problems: &mut Vec<Problem>) {
        let Some(factor) = factor else { return };
        match self.get(Field::Jitter).map(|jitter| jitter.value) {
            None | Some(Value::Switch(true)) => self.set(Field::Jitter, factor),
            // Switched off, whatever its factor would be.
            Some(Value::Switch(false)) => {}
            Some(_) => {
                let message = format!("`{JITTER_FACTOR}` goes with `jitter = true`: remove one of them");
                problems.push(factor.origin.problem(message));
            }
        }
    }

    /// What has no effect beside something else that is written with it.
    pub(super) fn contradictions(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut report = |setting: Option<&Setting>, fault: Fault| {
            found.extend(setting.map(|setting| setting.origin.problem(fault.message().to_string())));
        };
        let base = self.get(Field::ExponentialBase);
        let backoff = self.get(Field::Backoff);
        if self.get(Field::Jitter).is_some_and(|jitter| jitter.value == Value::Jitter(Jitter::Decorrelated)) {
            report(backoff, Fault::Replaced { key: "backoff" });
            report(base, Fault::Replaced { key: "exponential_base" });
        }
        let idle = backoff.and_then(|setting| match setting.value {
            Value::Backoff(Backoff::Constant) => Some("constant"),
            Value::Backoff(Backoff::Linear) => Some("linear"),
            Value::Backoff(Backoff::Fibonacci) => Some("fibonacci"),
            _ => None,
        });
        if let Some(backoff) = idle {
            report(base, Fault::IdleBase { backoff });
        }
        found
    }

    /// The fields whose values could not be understood.
    pub(super) const fn refused(&self) -> Fields {
        self.refused
    }

    pub(super) const fn get(&self, field: Field) -> Option<&Setting> {
        self.settings[field as usize].as_ref()
    }

    pub(super) fn set(&mut self, field: Field, setting: Setting) {
        self.settings[field as usize] = Some(setting);
    }

    /// Those that there are.
    pub(super) fn settings(&self) -> impl Iterator<Item = (Field, &Setting)> {
        let fields = FIELDS.iter().map(|entry| entry.field);
        fields.filter_map(|field| self.get(field).map(|setting| (field, setting)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.settings().next().is_none()
    }

    /// Takes over what `later` says. `jitter = true` keeps the jitter that there is.
    pub(super) fn merge(&mut self, later: &Self) {
        for (field, setting) in later.settings() {
            let is_on = |before: &Setting| {
                !matches!(before.value, Value::Jitter(Jitter::None) | Value::Switch(false))
            };
            let is_kept = field == Field::Jitter
                && setting.value == Value::Switch(true)
                && self.get(field).is_some_and(is_on);
            if !is_kept {
                self.set(field, setting.clone());
            }
        }
    }
}

fn twice(origin: &Origin, other: &Origin) -> Problem {
    origin.problem(format!("given twice, as `{}` too: remove one of them", other.key))
}
