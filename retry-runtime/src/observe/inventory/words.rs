//! Durations as seconds, choices as words.
#![expect(clippy::ref_option, reason = "serde hands out references to fields")]

use std::{fmt::Display, time::Duration};

use serde::{Serialize, Serializer};

use crate::{Backoff, Jitter, RetryPolicy};

pub(super) fn word<S: Serializer>(choice: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(choice)
}

pub(super) fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.as_ref().map(Duration::as_secs_f64).serialize(serializer)
}

pub(super) fn policy<S: Serializer>(policy: &Option<RetryPolicy>, serializer: S) -> Result<S::Ok, S::Error> {
    policy.as_ref().map(Figures::of).serialize(serializer)
}

/// What a policy says.
#[derive(Serialize)]
struct Figures {
    max_attempts: Option<u32>,
    initial_delay_seconds: f64,
    max_delay_seconds: f64,
    #[serde(serialize_with = "word")]
    backoff: Backoff,
    /// Only where it counts.
    exponential_base: Option<f64>,
    #[serde(serialize_with = "spread")]
    jitter: Jitter,
    max_elapsed_seconds: Option<f64>,
    max_retry_after_seconds: f64,
    max_total_delay_seconds: Option<f64>,
}

impl Figures {
    fn of(policy: &RetryPolicy) -> Self {
        let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs_f64());
        let grows = policy.backoff() == Backoff::Exponential;
        Self {
            max_attempts: policy.max_attempts(),
            initial_delay_seconds: policy.initial_delay().as_secs_f64(),
            max_delay_seconds: policy.max_delay().as_secs_f64(),
            backoff: policy.backoff(),
            exponential_base: grows.then(|| policy.exponential_base()),
            jitter: policy.jitter(),
            max_elapsed_seconds: seconds(policy.max_elapsed()),
            max_retry_after_seconds: policy.max_retry_after().as_secs_f64(),
            max_total_delay_seconds: seconds(policy.max_total_delay()),
        }
    }
}

/// A factor as a number, the others as the attribute's words.
fn spread<S: Serializer>(jitter: &Jitter, serializer: S) -> Result<S::Ok, S::Error> {
    match jitter {
        Jitter::Factor(factor) => factor.serialize(serializer),
        word => serializer.collect_str(word),
    }
}
