//! Changes that a running program makes itself.

use std::{sync::Arc, time::Duration};

use super::{
    field,
    problem::{Problem, SettingsError},
    section::{Origin, Section, Setting},
    value::Value,
};
use crate::{Backoff, Jitter, policy::Field};

/// What a running program says of one name: see [`update`](super::update). It overrides files and environment; fields
/// that are not named here stay as those have them.
#[derive(Clone, Debug)]
#[must_use = "give it back to `update`"]
pub struct Changes {
    /// Whether what was said before is taken back.
    are_all: bool,
    section: Section,
    problems: Vec<Problem>,
    name: String,
    source: Arc<str>,
}

impl Changes {
    pub(super) fn to(name: &str) -> Self {
        Self {
            are_all: false,
            section: Section::default(),
            problems: Vec::new(),
            name: name.to_owned(),
            source: "run time".into(),
        }
    }

    /// Checks them by themselves.
    pub(super) fn settled(mut self) -> Result<Self, SettingsError> {
        self.problems.extend(self.section.contradictions());
        SettingsError::unless_none(std::mem::take(&mut self.problems))?;
        Ok(self)
    }

    /// What is said now, if `before` was said before.
    pub(super) fn apply(self, mut before: Section) -> Section {
        if self.are_all {
            return self.section;
        }
        before.merge(&self.section);
        before
    }

    fn set(mut self, field: Field, value: Value) -> Self {
        let origin = Origin {
            source: self.source.clone(),
            key: format!("{}.{}", self.name, field::name(field)),
            raw: value.to_string(),
        };
        match value.checked(field) {
            Ok(value) => self.section.set(field, Setting { value, origin }),
            Err(message) => self.problems.push(origin.problem(message)),
        }
        self
    }

    /// The number of attempts, the first call included: 1 to 1,000,000.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.set(Field::MaxAttempts, Value::Count(attempts))
    }

    /// No limit on attempts. Something must limit their time.
    pub fn unlimited_attempts(self) -> Self {
        self.set(Field::MaxAttempts, Value::Unlimited)
    }

    /// The delay before the second attempt.
    pub fn initial_delay(self, delay: Duration) -> Self {
        self.set(Field::InitialDelay, Value::Time(delay))
    }

    /// The longest delay, jitter included.
    pub fn max_delay(self, delay: Duration) -> Self {
        self.set(Field::MaxDelay, Value::Time(delay))
    }

    /// How delays grow.
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.set(Field::Backoff, Value::Backoff(backoff))
    }

    /// The factor by which exponential delays grow: finite, at least 1.
    pub fn exponential_base(self, base: f64) -> Self {
        self.set(Field::ExponentialBase, Value::Base(base))
    }

    /// How delays are spread; a factor lies in 0..=1.
    pub fn jitter(self, jitter: Jitter) -> Self {
        self.set(Field::Jitter, Value::Jitter(jitter))
    }

    /// No wait ends later than this after the call's start. Where the code has no such limit, none can be added.
    pub fn max_elapsed(self, limit: Duration) -> Self {
        self.set(Field::MaxElapsed, Value::Time(limit))
    }

    /// The longest server hint that is waited for.
    pub fn max_retry_after(self, limit: Duration) -> Self {
        self.set(Field::MaxRetryAfter, Value::Time(limit))
    }

    /// All waits together never take longer than this. What the code promises may be lowered, and never lifted.
    pub fn max_total_delay(self, limit: Duration) -> Self {
        self.set(Field::MaxTotalDelay, Value::Time(limit))
    }

    /// Over how many slots a coordinator spreads retries: 1 to 10,000.
    pub fn slot_count(self, count: u32) -> Self {
        self.set(Field::SlotCount, Value::Count(count))
    }

    /// How wide such a slot is: at least 1 ms.
    pub fn slot_width(self, width: Duration) -> Self {
        self.set(Field::SlotWidth, Value::Time(width))
    }

    /// Whether a coordinator may spread retries.
    pub fn coordinated(self, coordinated: bool) -> Self {
        self.set(Field::Coordinated, Value::Switch(coordinated))
    }

    /// How long a coordinator remembers a finished idempotency key: at least 1 s.
    pub fn idempotency_ttl(self, ttl: Duration) -> Self {
        self.set(Field::IdempotencyTtl, Value::Time(ttl))
    }

    /// How long an attempt of an operation may take, where its code says so: above zero, below its `deadline`.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.set(Field::AttemptTimeout, Value::Time(limit))
    }

    /// How long a call of an operation may take, where its code says so: above zero.
    pub fn deadline(self, limit: Duration) -> Self {
        self.set(Field::Deadline, Value::Time(limit))
    }

    /// Takes back all that was changed at run time, and before this in the same change: files, environment and code
    /// decide again.
    pub fn clear(mut self) -> Self {
        self.are_all = true;
        self.section = Section::default();
        self.problems.clear();
        self
    }
}
