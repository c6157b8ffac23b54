#![doc = include_str!("../../../docs/metrics.md")]

mod handles;
mod recorder;

#[cfg(feature = "coordinate")]
use std::time::Duration;

use ::metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, SharedString, Unit,
};

pub(crate) use self::{handles::Handles, recorder::recorders_met};
use super::{Described, Event};
use crate::CircuitState;
#[cfg(feature = "idempotency")]
use crate::observe::idempotency::Outcome;
#[cfg(feature = "coordinate")]
use crate::site::Site;

/// Attempts that ended, by their number.
pub const ATTEMPTS_TOTAL: &str = "retry_attempts_total";
/// Calls that succeeded, by how many attempts they needed.
pub const SUCCESS_TOTAL: &str = "retry_success_total";
/// Calls that were given up, by what went wrong last and why there was no further attempt.
pub const FAILURE_TOTAL: &str = "retry_failure_total";
/// How long calls take, waits included.
pub const DURATION_SECONDS: &str = "retry_duration_seconds";
/// How long the waits before retries are.
pub const DELAY_SECONDS: &str = "retry_delay_seconds";
/// What is left of a budget.
pub const BUDGET_TOKENS: &str = "retry_budget_tokens";
/// Retries that a budget did not pay for.
pub const BUDGET_REJECTED_TOTAL: &str = "retry_budget_rejected_total";
/// The state that a circuit is in.
pub const CIRCUIT_STATE: &str = "retry_circuit_state";
/// How often a circuit turned to a state.
pub const CIRCUIT_TRANSITIONS_TOTAL: &str = "retry_circuit_transitions_total";
/// Calls that asked for their idempotency key, by what became of that (feature `idempotency`).
pub const IDEMPOTENCY_TOTAL: &str = "retry_idempotency_total";

/// How long retries waited for their slot, on top of their backoff (feature `coordinate`).
pub const SLOT_DELAY_SECONDS: &str = "retry_slot_delay_seconds";
/// Whether the coordinator answers (feature `coordinate-redis`).
pub const COORDINATOR_UP: &str = "retry_coordinator_up";
/// How often it ceased to answer (feature `coordinate-redis`).
pub const COORDINATOR_FAILURES_TOTAL: &str = "retry_coordinator_failures_total";

/// Calls of a retried operation in attempts of another (feature `nested`).
pub const NESTED_TOTAL: &str = "retry_nested_total";

/// Upper bounds of buckets for [`DURATION_SECONDS`], in seconds. The facade cannot set buckets; the recorder can.
pub const DURATION_BUCKETS: [f64; 6] = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Upper bounds of buckets for [`DELAY_SECONDS`], in seconds.
pub const DELAY_BUCKETS: [f64; 8] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0];

const METADATA: Metadata<'static> = Metadata::new("retry_runtime", Level::INFO, Some("retry_runtime"));

/// Numbers of attempts as labels: no more of them, however many attempts there are.
const ATTEMPT_LABELS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
const MORE_ATTEMPTS: &str = "11+";

fn attempt_label(attempt: u32) -> &'static str {
    let label = attempt.checked_sub(1).and_then(|index| ATTEMPT_LABELS.get(usize::try_from(index).ok()?));
    label.copied().unwrap_or(MORE_ATTEMPTS)
}

/// What tells operations apart.
#[derive(Clone)]
struct Names([Label; 2]);

impl Names {
    fn of(service: Option<&'static str>, operation: &'static str) -> Self {
        Self([
            Label::from_static_parts("service", service.unwrap_or("")),
            Label::from_static_parts("operation", operation),
        ])
    }

    fn alone(&self) -> Vec<Label> {
        self.0.to_vec()
    }

    fn and(&self, key: &'static str, value: &'static str) -> Vec<Label> {
        let [service, operation] = self.0.clone();
        vec![service, operation, Label::from_static_parts(key, value)]
    }
}

fn counter(recorder: &dyn Recorder, name: &'static str, labels: Vec<Label>) -> Counter {
    recorder.register_counter(&Key::from_parts(name, labels), &METADATA)
}

fn gauge(recorder: &dyn Recorder, name: &'static str, labels: Vec<Label>) -> Gauge {
    recorder.register_gauge(&Key::from_parts(name, labels), &METADATA)
}

fn histogram(recorder: &dyn Recorder, name: &'static str, labels: Vec<Label>) -> Histogram {
    recorder.register_histogram(&Key::from_parts(name, labels), &METADATA)
}

/// Counts what happened to a call.
pub(super) fn note(event: &Event<'_, Described<'_>>) {
    let names = Names::of(event.service, event.operation);
    let attempt = attempt_label(event.attempt);
    with_described(|recorder| {
        if event.is_of_attempt {
            counter(recorder, ATTEMPTS_TOTAL, names.and("attempt", attempt)).increment(1);
        }
        if let Some(delay) = event.delay {
            histogram(recorder, DELAY_SECONDS, names.alone()).record(delay);
            return;
        }
        match (event.reason, event.error_type) {
            (Some(reason), error_type) => {
                let mut labels = names.and("error_type", error_type.unwrap_or("unknown"));
                labels.push(Label::from_static_parts("reason", reason.as_str()));
                counter(recorder, FAILURE_TOTAL, labels).increment(1);
            }
            (None, _) => {
                counter(recorder, SUCCESS_TOTAL, names.and("attempts_needed", attempt)).increment(1);
            }
        }
        if let Some(elapsed) = event.elapsed {
            histogram(recorder, DURATION_SECONDS, names.alone()).record(elapsed);
        }
    });
}

/// A budget holds so much.
pub(crate) fn budget_holds(name: &'static str, balance: u64) {
    with_described(|recorder| {
        gauge(recorder, BUDGET_TOKENS, of_budget(name)).set(balance as f64);
        // From zero on, so that its first refusal is an increase to those who watch.
        let _ = counter(recorder, BUDGET_REJECTED_TOTAL, of_budget(name));
    });
}

/// A budget did not pay for a retry.
pub(crate) fn budget_rejected(name: &'static str) {
    with_described(|recorder| {
        counter(recorder, BUDGET_REJECTED_TOTAL, of_budget(name)).increment(1);
    });
}

fn of_budget(name: &'static str) -> Vec<Label> {
    vec![Label::from_static_parts("budget", name)]
}

/// A circuit is in a state.
pub(crate) fn circuit_is(name: &'static str, state: CircuitState) {
    with_described(|recorder| {
        for other in [CircuitState::Closed, CircuitState::Open, CircuitState::HalfOpen] {
            let is_so = if other == state { 1.0 } else { 0.0 };
            gauge(recorder, CIRCUIT_STATE, of_circuit(name, other)).set(is_so);
            // From zero on, so that its first turn is an increase to those who watch.
            let _ = counter(recorder, CIRCUIT_TRANSITIONS_TOTAL, of_circuit(name, other));
        }
    });
}

/// A circuit turned to a state.
pub(crate) fn circuit_turned(name: &'static str, state: CircuitState) {
    with_described(|recorder| {
        counter(recorder, CIRCUIT_TRANSITIONS_TOTAL, of_circuit(name, state)).increment(1);
    });
}

fn of_circuit(name: &'static str, state: CircuitState) -> Vec<Label> {
    vec![Label::from_static_parts("breaker", name), Label::from_static_parts("state", state.as_str())]
}

/// A retry waits for its slot.
#[cfg(feature = "coordinate")]
pub(crate) fn waits_for_slot(site: &Site, wait: Duration) {
    let names = Names::of(site.service(), site.operation());
    with_described(|recorder| histogram(recorder, SLOT_DELAY_SECONDS, names.alone()).record(wait));
}

/// The coordinator answers, or does not any more.
#[cfg(feature = "coordinate-redis")]
pub(crate) fn coordinator_is(up: bool) {
    with_described(|recorder| {
        gauge(recorder, COORDINATOR_UP, Vec::new()).set(if up { 1.0 } else { 0.0 });
        // From zero on, so that its first failure is an increase to those who watch.
        counter(recorder, COORDINATOR_FAILURES_TOTAL, Vec::new()).increment(u64::from(!up));
    });
}

/// A call asked for its idempotency key.
#[cfg(feature = "idempotency")]
pub(super) fn asked_for_key(site: &Site, outcome: Outcome<'_>) {
    let names = Names::of(site.service(), site.operation());
    with_described(|recorder| {
        counter(recorder, IDEMPOTENCY_TOTAL, names.and("outcome", outcome.as_str())).increment(1);
    });
}

/// A retried operation was called in an attempt of another.
#[cfg(feature = "nested")]
pub(super) fn count_nested(outer: String, inner: String) {
    let labels = vec![Label::new("outer", outer), Label::new("inner", inner)];
    with_described(|recorder| counter(recorder, NESTED_TOTAL, labels).increment(1));
}

fn with_described(count: impl FnOnce(&dyn Recorder)) {
    recorder::with(|recorder, _| count(recorder));
}

fn describe(recorder: &dyn Recorder) {
    let text = |text: &'static str| SharedString::const_str(text);
    let name = |name: &'static str| KeyName::from_const_str(name);
    for (counter, help) in [
        (ATTEMPTS_TOTAL, "Attempts that ended, by their number"),
        (SUCCESS_TOTAL, "Calls that succeeded, by how many attempts they needed"),
        (
            FAILURE_TOTAL,
            "Calls that were given up, by the type of their last error and why there was no further attempt",
        ),
        (BUDGET_REJECTED_TOTAL, "Retries that were not made because the budget did not pay for them"),
        (CIRCUIT_TRANSITIONS_TOTAL, "How often the circuit turned to the state"),
        (COORDINATOR_FAILURES_TOTAL, "How often the coordinator ceased to answer"),
        (IDEMPOTENCY_TOTAL, "Calls that asked for their idempotency key, by what became of that"),
        (NESTED_TOTAL, "Calls of a retried operation in attempts of another one"),
    ] {
        recorder.describe_counter(name(counter), Some(Unit::Count), text(help));
    }
    for (histogram, help) in [
        (DURATION_SECONDS, "How long calls took, attempts and waits together"),
        (DELAY_SECONDS, "How long the waits before retries were, as decided"),
        (SLOT_DELAY_SECONDS, "How long retries waited for their slot, on top of their backoff"),
    ] {
        recorder.describe_histogram(name(histogram), Some(Unit::Seconds), text(help));
    }
    for (gauge, help) in [
        (BUDGET_TOKENS, "What is left of the budget: tokens of a bucket, retries of a ratio"),
        (COORDINATOR_UP, "1 while the coordinator answers, 0 while it does not"),
        (CIRCUIT_STATE, "1 for the state that the circuit is in, 0 for the others"),
    ] {
        recorder.describe_gauge(name(gauge), Some(Unit::Count), text(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_attempts_are_few() {
        assert_eq!(
            [1, 2, 10, 11, 12, u32::MAX, 0].map(attempt_label),
            ["1", "2", "10", "11+", "11+", "11+", "11+"]
        );
    }
}
