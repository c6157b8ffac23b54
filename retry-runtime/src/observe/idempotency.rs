//! What is told of functions with an idempotency key. Never the key: it may be a secret.

use std::fmt::Display;

use crate::{ConflictReason, site::Site};

/// What became of a call's question for its key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// It runs.
    Ran,
    /// It runs, though the coordinator did not answer.
    #[cfg_attr(not(feature = "coordinate-redis"), expect(dead_code))]
    RanAlone,
    /// An earlier call's result was returned.
    Stored,
    /// An earlier call's result cannot be read; so much for it, the call runs.
    Undecodable(&'a str),
    /// It does not run.
    Conflict(ConflictReason),
}

impl Outcome<'_> {
    /// Its name in metrics.
    #[cfg(feature = "metrics")]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::RanAlone => "ran_alone",
            Self::Stored => "stored",
            Self::Undecodable(_) => "undecodable",
            Self::Conflict(ConflictReason::Running) => "conflict_running",
            Self::Conflict(ConflictReason::ResultNotKept) => "conflict_result_not_kept",
            Self::Conflict(ConflictReason::Unreachable) => "conflict_unreachable",
        }
    }
}

/// Tells log and figures.
pub(crate) fn note(site: &Site, outcome: Outcome<'_>) {
    #[cfg(feature = "metrics")]
    super::metrics::asked_for_key(site, outcome);
    let operation = site.operation();
    match outcome {
        // The coordinator was warned of.
        Outcome::Ran | Outcome::RanAlone => {}
        Outcome::Conflict(reason) => debug(operation, reason.as_str()),
        Outcome::Stored => debug(operation, "did not run: an earlier call with the same idempotency key did"),
        Outcome::Undecodable(error) => warn(
            operation,
            &format_args!("runs again: the result kept of an earlier call cannot be read ({error})"),
        ),
    }
}

/// A call's result will not be given to others.
pub(crate) fn result_is_not_kept(operation: &str, why: &dyn Display) {
    warn(
        operation,
        &format_args!("succeeded, but its result is not kept ({why}): later calls with its key will fail"),
    );
}

/// While a call ran, its key was given to another. Its name in Redis tells which it was, to those who may read that.
#[cfg(feature = "coordinate-redis")]
pub(crate) fn claim_was_lost(operation: &str, name: &str) {
    warn(
        operation,
        &format_args!(
            "ran, and so did another call with the same idempotency key, {name} in Redis: this one was paused for longer \
             than its lease, or Redis did not answer"
        ),
    );
}

/// The coordinator did not hear of a call's result.
#[cfg(feature = "coordinate-redis")]
pub(crate) fn result_was_not_recorded(operation: &str) {
    warn(operation, &"succeeded, but the coordinator did not answer: elsewhere its key is free");
}

#[cfg(feature = "tracing")]
fn warn(operation: &str, what: &dyn Display) {
    tracing::warn!(target: "retry_runtime", operation, "{operation} {what}");
}

#[cfg(feature = "tracing")]
fn debug(operation: &str, what: &str) {
    tracing::debug!(target: "retry_runtime", operation, "{operation} {what}");
}

#[cfg(not(feature = "tracing"))]
fn warn(_: &str, _: &dyn Display) {}

#[cfg(not(feature = "tracing"))]
const fn debug(_: &str, _: &str) {}
