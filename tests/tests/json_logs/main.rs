//! The log as JSON lines, read as a log store reads them, beside real spans of OpenTelemetry's SDK.
#![deny(warnings, clippy::all)]

mod traced;
mod traces;

use std::time::{Duration, SystemTime};

use retry_runtime::{CircuitBreaker, RetryBudget, retry};
use retry_tests::{Failure, Flaky, record};
use serde_json::json;
use traced::Traced;
use tracing::{Instrument, info_span, subscriber::set_default};

// With a limit that needs the time since the start, so that lines tell of it with the feature `metrics` and without.
#[retry(
    max_attempts = 5,
    initial_delay = "1.2s",
    jitter = none,
    max_elapsed = "1m",
    service = "workers",
    sleep = record
)]
fn create_worker(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 3, initial_delay = "250ms", jitter = none, max_elapsed = "1m", service = "lake")]
async fn query(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[test]
fn a_blocking_call_that_recovers() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    let begin = SystemTime::now();
    let worker = info_span!("checkout", order = 7).in_scope(|| create_worker(&Flaky::failing(2)));
    let end = SystemTime::now();
    assert_eq!(worker, Ok(3));

    let lines = traced.lines();
    let mut last = begin - Duration::from_micros(1); // Which is how precise they are.
    for line in &lines {
        assert!((last..=end).contains(&line.timestamp()), "{line:?} between {last:?} and {end:?}");
        last = line.timestamp();
    }
    let trace_id = traced.trace_of("checkout");
    let span = json!({ "name": "checkout", "order": 7 });
    // This clock is real: as it reads them.
    let since = |line: usize| lines[line].get("elapsed_seconds").expect("a time");
    assert!((0..3).all(|line| since(line).as_f64().is_some_and(|since| (0.0..60.0).contains(&since))));
    let failed = |line: usize, delay: f64| {
        let attempt = line + 1;
        json!({
            "level": "WARN",
            "target": "retry_runtime",
            "message": format!(
                "attempt {attempt}/5 of create_worker failed, next in {delay:.1}s: attempt {attempt} failed"
            ),
            "service": "workers",
            "operation": "create_worker",
            "attempt": attempt,
            "max_attempts": 5,
            "delay_seconds": delay,
            "error": format!("attempt {attempt} failed"),
            "elapsed_seconds": since(line),
            "trace_id": trace_id,
            "span": span,
            "spans": [span],
        })
    };
    let recovered = json!({
        "level": "INFO",
        "target": "retry_runtime",
        "message": "create_worker succeeded on attempt 3/5",
        "service": "workers",
        "operation": "create_worker",
        "attempt": 3,
        "max_attempts": 5,
        "elapsed_seconds": since(2),
        "trace_id": trace_id,
        "span": span,
        "spans": [span],
    });
    let expected = [failed(0, 1.2), failed(1, 2.4), recovered];
    assert_eq!(lines.into_iter().map(traced::Line::lasting).collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_async_call_that_is_exhausted() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    let answer = query(&Flaky::failing(9)).instrument(info_span!("report")).await;
    assert_eq!(answer, Err(Failure(3)));

    let trace_id = traced.trace_of("report");
    let span = json!({ "name": "report" });
    let expected = [(1, 0.25, 0.0), (2, 0.5, 0.25), (3, 0.0, 0.75)].map(|(attempt, delay, elapsed)| {
        let mut line = json!({
            "target": "retry_runtime",
            "service": "lake",
            "operation": "query",
            "attempt": attempt,
            "max_attempts": 3,
            "error": format!("attempt {attempt} failed"),
            "elapsed_seconds": elapsed,
            "trace_id": trace_id,
            "span": span,
            "spans": [span],
        });
        if attempt < 3 {
            line["level"] = json!("WARN");
            line["delay_seconds"] = json!(delay);
            let wait = Duration::from_secs_f64(delay);
            line["message"] = json!(format!(
                "attempt {attempt}/3 of query failed, next in {wait:.1?}: attempt {attempt} failed"
            ));
        } else {
            line["level"] = json!("ERROR");
            line["reason"] = json!("attempts exhausted");
            line["message"] = json!("query gave up after attempt 3/3 (attempts exhausted): attempt 3 failed");
        }
        line
    });
    assert_eq!(traced.lines().into_iter().map(traced::Line::lasting).collect::<Vec<_>>(), expected);
}

#[test]
fn a_budget_that_refuses_is_named() {
    #[retry(max_attempts = 9, jitter = none, sleep = record, budget = budget)]
    fn charged(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
        flaky.call()
    }

    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    let budget = RetryBudget::token_bucket("lake").with_capacity(14);
    assert!(info_span!("charge").in_scope(|| charged(&Flaky::failing(9), &budget)).is_err());

    let lines = traced.lines();
    let [failed, gave_up] = &lines[..] else { panic!("two lines: {lines:#?}") };
    assert_eq!(failed.get("budget"), None);
    let words = ["level", "budget", "reason", "trace_id"].map(|name| gave_up.text(name));
    assert_eq!(words, ["ERROR", "lake", "budget", &*traced.trace_of("charge")]);
}

#[test]
fn a_circuit_that_turns_says_in_which_trace() {
    #[retry(max_attempts = 1, circuit_breaker = breaker)]
    fn guarded(flaky: &Flaky, breaker: &CircuitBreaker) -> std::io::Result<u32> {
        flaky.call().map_err(std::io::Error::other)
    }

    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1);
    assert!(info_span!("guard").in_scope(|| guarded(&Flaky::failing(1), &breaker)).is_err());

    let lines = traced.lines();
    let turned = lines.iter().find(|line| line.get("circuit_breaker").is_some()).expect("it turned");
    let words = ["level", "circuit_breaker", "state", "trace_id"].map(|name| turned.text(name));
    assert_eq!(words, ["WARN", "lake", "open", &*traced.trace_of("guard")]);
}

#[tokio::test]
async fn a_blocked_worker_is_warned_about_in_its_trace() {
    #[retry(max_attempts = 2, initial_delay = "1ms")]
    fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    assert!(info_span!("block").in_scope(|| blocking(&Flaky::failing(1))).is_ok());

    let lines = traced.lines();
    let warned =
        lines.iter().find(|line| line.text("message").contains("spawn_blocking")).expect("a warning");
    assert_eq!(warned.text("trace_id"), traced.trace_of("block"));
}

#[cfg(feature = "nested")]
#[test]
fn a_retry_inside_of_another_is_warned_about_in_their_trace() {
    #[retry(max_attempts = 2, initial_delay = "0s")]
    fn outer(flaky: &Flaky) -> Result<u32, Failure> {
        create_worker(flaky)
    }

    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    assert!(info_span!("nest").in_scope(|| outer(&Flaky::failing(0))).is_ok());

    let lines = traced.lines();
    let warned = lines.iter().find(|line| line.get("inner").is_some()).expect("a warning");
    let words = ["outer", "inner", "trace_id"].map(|name| warned.text(name));
    assert_eq!(words, ["outer", "workers/create_worker", &*traced.trace_of("nest")]);
}
