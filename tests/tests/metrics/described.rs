//! What each metric is: `HELP` and `TYPE`, and the unit that the facade was told.

use std::{collections::BTreeMap, sync::Mutex};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use retry_runtime::{CircuitBreaker, RetryBudget, retry};
use retry_tests::Flaky;

use crate::exposition::{Scrape, scraped};

#[retry(max_attempts = 3, initial_delay = "0s", budget = budget, circuit_breaker = breaker)]
fn charged(flaky: &Flaky, budget: &RetryBudget, breaker: &CircuitBreaker) -> std::io::Result<u32> {
    flaky.call().map_err(std::io::Error::other)
}

/// A scene in which every metric has a series.
fn everything() {
    let budget = RetryBudget::token_bucket("api").with_capacity(14);
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(2);
    for failures in [0, 1, 9] {
        let _ = charged(&Flaky::failing(failures), &budget, &breaker);
    }
    let _ = charged(&Flaky::failing(9), &RetryBudget::token_bucket("api").with_capacity(14), &fine());
    #[cfg(feature = "coordinate")]
    let _ = once(17);
    let _ = around(&|| charged(&Flaky::failing(0), &budget, &fine()));
}

fn fine() -> CircuitBreaker {
    CircuitBreaker::new("fine")
}

#[retry(max_attempts = 2)]
fn around(inner: &dyn Fn() -> std::io::Result<u32>) -> std::io::Result<u32> {
    inner()
}

#[cfg(feature = "coordinate")]
#[retry(operation = "described_once", idempotency_key = key)]
fn once(key: u32) -> std::io::Result<u32> {
    Ok(key)
}

const KINDS: [(&str, &str); 14] = [
    ("retry_attempts_total", "counter"),
    ("retry_budget_rejected_total", "counter"),
    ("retry_budget_tokens", "gauge"),
    ("retry_circuit_state", "gauge"),
    ("retry_circuit_transitions_total", "counter"),
    ("retry_coordinator_failures_total", "counter"),
    ("retry_coordinator_up", "gauge"),
    ("retry_delay_seconds", "histogram"),
    ("retry_duration_seconds", "histogram"),
    ("retry_failure_total", "counter"),
    ("retry_idempotency_total", "counter"),
    ("retry_nested_total", "counter"),
    ("retry_slot_delay_seconds", "histogram"),
    ("retry_success_total", "counter"),
];

/// Those that the scene has, without a coordinator: retries inside retries are looked for, and keys are known, if a feature
/// says so.
fn shown() -> Vec<(&'static str, &'static str)> {
    let is_there = |name| match name {
        "retry_nested_total" => cfg!(feature = "nested"),
        "retry_coordinator_failures_total" | "retry_coordinator_up" | "retry_slot_delay_seconds" => false,
        "retry_idempotency_total" => cfg!(feature = "coordinate"),
        _ => true,
    };
    KINDS.into_iter().filter(|kind| is_there(kind.0)).collect()
}

fn names() -> Vec<&'static str> {
    shown().into_iter().map(|kind| kind.0).collect()
}

/// The lines of this kind, by the metric they are about.
fn lines<'a>(scrape: &'a Scrape, kind: &str) -> Vec<(&'a str, &'a str)> {
    let mut lines: Vec<_> =
        scrape.text.lines().filter_map(|line| line.strip_prefix(kind)?.split_once(' ')).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn every_metric_has_its_type_and_its_help_once() {
    let scrape = scraped(everything);
    assert_eq!(lines(&scrape, "# TYPE "), shown());
    let help = lines(&scrape, "# HELP ");
    assert_eq!(help.iter().map(|line| line.0).collect::<Vec<_>>(), names());
    for (metric, help) in help {
        assert!(help.len() > 20 && !help.ends_with('.') && !help.contains('\\'), "{metric}: {help}");
    }
    assert!(scrape.text.contains(
        "# HELP retry_attempts_total Attempts that ended, by their number\n\
         # TYPE retry_attempts_total counter\n\
         retry_attempts_total{"
    ));
}

#[test]
fn the_constants_are_the_names() {
    use retry_runtime::metrics::*;

    let mut names = [
        ATTEMPTS_TOTAL,
        SUCCESS_TOTAL,
        FAILURE_TOTAL,
        DURATION_SECONDS,
        DELAY_SECONDS,
        BUDGET_TOKENS,
        BUDGET_REJECTED_TOTAL,
        CIRCUIT_STATE,
        CIRCUIT_TRANSITIONS_TOTAL,
        NESTED_TOTAL,
        SLOT_DELAY_SECONDS,
        COORDINATOR_UP,
        COORDINATOR_FAILURES_TOTAL,
        IDEMPOTENCY_TOTAL,
    ];
    names.sort_unstable();
    assert_eq!(names, KINDS.map(|kind| kind.0));
    assert_eq!(DURATION_BUCKETS, [0.1, 0.5, 1.0, 2.0, 5.0, 10.0]);
    assert_eq!(DELAY_BUCKETS, [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0]);
}

/// Every sample belongs to a metric that was described, as what it is.
#[test]
fn no_series_is_without_a_description() {
    let scrape = scraped(everything);
    let samples = scrape.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in samples {
        let name = line.split('{').next().unwrap();
        let family =
            ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        let kind = KINDS.iter().find(|kind| kind.0 == family).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(kind.1 == "histogram", family != name, "{line}");
    }
}

/// Keeps what it is told of metrics, as kind and unit.
#[derive(Default)]
struct Descriptions(Mutex<BTreeMap<String, (&'static str, Option<Unit>)>>);

impl Descriptions {
    fn note(&self, kind: &'static str, name: &KeyName, unit: Option<Unit>) {
        let name = name.as_str().to_owned();
        let known = self.0.lock().unwrap().insert(name.clone(), (kind, unit));
        assert!(known.is_none_or(|known| known == (kind, unit)), "{name} is described in two ways");
    }

    /// What is counted was described before.
    fn assert_known(&self, kind: &str, key: &Key) {
        let known = self.0.lock().unwrap();
        let known = known.get(key.name()).map(|description| description.0);
        assert_eq!(known, Some(kind), "{key}");
    }
}

impl Recorder for Descriptions {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.note("counter", &name, unit);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.note("gauge", &name, unit);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.note("histogram", &name, unit);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.assert_known("counter", key);
        assert_eq!(metadata.target(), "retry_runtime");
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.assert_known("gauge", key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.assert_known("histogram", key);
        Histogram::noop()
    }
}

#[test]
fn the_facade_is_told_the_units_before_it_counts() {
    let descriptions = Descriptions::default();
    metrics::with_local_recorder(&descriptions, everything);
    let known = descriptions.0.into_inner().unwrap();
    let known: Vec<_> = known.iter().map(|(name, known)| (name.as_str(), known.0, known.1)).collect();
    let expected = KINDS.map(|(name, kind)| {
        let unit = if name.ends_with("_seconds") { Unit::Seconds } else { Unit::Count };
        (name, kind, Some(unit))
    });
    assert_eq!(known, expected);
}

/// A recorder that puts units and `total` at the end of names finds them there already.
#[test]
fn names_are_as_prometheus_recommends() {
    let builder = metrics_exporter_prometheus::PrometheusBuilder::new().with_recommended_naming(true);
    let recorder = builder.build_recorder();
    metrics::with_local_recorder(&recorder, everything);
    let names: Vec<_> =
        lines(&Scrape::of(&recorder.handle()), "# TYPE ").into_iter().map(|line| line.0.to_owned()).collect();
    assert_eq!(names, self::names());
}
