//! What a scrape must hold, series by series: no more, no less.

use std::collections::BTreeMap;

/// Upper bounds as the issue has them, not as the constants do: a scrape shows them as text.
const DURATION_BOUNDS: [(&str, f64); 6] =
    [("0.1", 0.1), ("0.5", 0.5), ("1", 1.0), ("2", 2.0), ("5", 5.0), ("10", 10.0)];
const DELAY_BOUNDS: [(&str, f64); 8] = [
    ("0.01", 0.01),
    ("0.05", 0.05),
    ("0.1", 0.1),
    ("0.5", 0.5),
    ("1", 1.0),
    ("5", 5.0),
    ("10", 10.0),
    ("60", 60.0),
];

/// What one series must say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sample {
    Is(f64),
    /// From none to so much: of calls that take real time.
    UpTo(f64),
}

impl Sample {
    pub(crate) fn allows(self, value: f64) -> bool {
        match self {
            Self::Is(expected) => (value - expected).abs() < 1e-9,
            Self::UpTo(most) => (0.0..=most).contains(&value),
        }
    }
}

/// Series and what they must say.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    labels: String,
    pub(crate) series: BTreeMap<String, Sample>,
}

/// Nothing yet of an operation; a function that names no service has an empty one.
pub(crate) fn operation(service: &str, name: &str) -> Expected {
    of(format!(r#"service="{service}",operation="{name}""#))
}

/// A budget that refused nothing yet.
pub(crate) fn budget(name: &str) -> Expected {
    of(format!(r#"budget="{name}""#)).rejected(0)
}

/// A circuit in this state, which never turned.
pub(crate) fn circuit(name: &str, state: &str) -> Expected {
    let mut circuit = of(format!(r#"breaker="{name}""#));
    for other in ["closed", "open", "half-open"] {
        let value = if other == state { 1.0 } else { 0.0 };
        circuit.put("retry_circuit_state", &format!(r#",state="{other}""#), Sample::Is(value));
        circuit = circuit.turned(other, 0);
    }
    circuit
}

fn of(labels: String) -> Expected {
    Expected { labels, series: BTreeMap::new() }
}

impl Expected {
    /// So many attempts of each number ended.
    pub(crate) fn attempts<const N: usize>(mut self, numbers: [(&str, u32); N]) -> Self {
        for (number, count) in numbers {
            self.count("retry_attempts_total", &format!(r#",attempt="{number}""#), count);
        }
        self
    }

    /// So many calls succeeded after so many attempts.
    pub(crate) fn succeeded(mut self, attempts_needed: &str, count: u32) -> Self {
        self.count("retry_success_total", &format!(r#",attempts_needed="{attempts_needed}""#), count);
        self
    }

    /// So many calls were given up for this reason.
    pub(crate) fn gave_up(mut self, error_type: &str, reason: &str, count: u32) -> Self {
        let labels = format!(r#",error_type="{error_type}",reason="{reason}""#);
        self.count("retry_failure_total", &labels, count);
        self
    }

    /// Calls that took so many seconds each, on a paused clock.
    pub(crate) fn took(self, seconds: impl AsRef<[f64]>) -> Self {
        self.histogram("retry_duration_seconds", &DURATION_BOUNDS, seconds.as_ref())
    }

    /// So many calls that took real time, which no test can know.
    pub(crate) fn took_real_time(mut self, calls: u32) -> Self {
        let calls = f64::from(calls);
        for (bound, _) in DURATION_BOUNDS {
            self.put("retry_duration_seconds_bucket", &format!(r#",le="{bound}""#), Sample::UpTo(calls));
        }
        self.put("retry_duration_seconds_bucket", r#",le="+Inf""#, Sample::Is(calls));
        self.put("retry_duration_seconds_sum", "", Sample::UpTo(600.0 * calls));
        self.put("retry_duration_seconds_count", "", Sample::Is(calls));
        self
    }

    /// Waits of so many seconds were decided.
    pub(crate) fn delayed(self, seconds: impl AsRef<[f64]>) -> Self {
        self.histogram("retry_delay_seconds", &DELAY_BOUNDS, seconds.as_ref())
    }

    /// What the budget has left.
    pub(crate) fn holds(mut self, tokens: u32) -> Self {
        self.count("retry_budget_tokens", "", tokens);
        self
    }

    /// So many retries were not paid for.
    pub(crate) fn rejected(mut self, retries: u32) -> Self {
        self.recount("retry_budget_rejected_total", "", retries);
        self
    }

    /// So often the circuit turned to this state.
    pub(crate) fn turned(mut self, state: &str, count: u32) -> Self {
        self.recount("retry_circuit_transitions_total", &format!(r#",state="{state}""#), count);
        self
    }

    /// Of what is there from zero on.
    fn recount(&mut self, metric: &str, labels: &str, count: u32) {
        self.series.remove(&self.name(metric, labels));
        self.count(metric, labels, count);
    }

    fn name(&self, metric: &str, labels: &str) -> String {
        format!("{metric}{{{}{labels}}}", self.labels)
    }

    fn count(&mut self, metric: &str, labels: &str, count: u32) {
        self.put(metric, labels, Sample::Is(f64::from(count)));
    }

    fn histogram(mut self, metric: &str, bounds: &[(&str, f64)], seconds: &[f64]) -> Self {
        for (shown, bound) in bounds.iter().copied().chain([("+Inf", f64::INFINITY)]) {
            let within = seconds.iter().filter(|seconds| **seconds <= bound).count();
            self.put(&format!("{metric}_bucket"), &format!(r#",le="{shown}""#), Sample::Is(within as f64));
        }
        self.put(&format!("{metric}_sum"), "", Sample::Is(seconds.iter().sum()));
        self.put(&format!("{metric}_count"), "", Sample::Is(seconds.len() as f64));
        self
    }

    fn put(&mut self, metric: &str, labels: &str, sample: Sample) {
        let series = self.name(metric, labels);
        assert!(self.series.insert(series, sample).is_none(), "{metric} {labels} is expected twice");
    }
}
