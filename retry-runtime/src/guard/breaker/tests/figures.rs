//! What the builder takes and what it refuses.

use std::panic::{UnwindSafe, catch_unwind};

use super::*;

fn refusal(build: impl FnOnce() -> CircuitBreaker + UnwindSafe) -> String {
    let payload = catch_unwind(build).expect_err("a refusal");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_owned(),
    }
}

#[test]
fn rates_outside_their_range_are_refused() {
    for rate in [0.0, -0.5, 1.000_1, f64::NAN, f64::INFINITY] {
        assert_eq!(
            refusal(move || breaker().with_failure_rate(rate)),
            "a failure rate lies above 0 and goes up to 1: 0.5 opens the circuit when half of the calls fail"
        );
        assert!(refusal(move || breaker().with_slow_calls(rate, SECOND)).starts_with("a rate of slow calls"));
    }
}

#[test]
fn times_that_are_none_or_too_long_are_refused() {
    for time in [Duration::ZERO, SECOND * 86_401, Duration::MAX] {
        assert_eq!(
            refusal(move || breaker().with_window(time)),
            "the window lies between 1 ns and 1 day: 10 s, say"
        );
        assert!(refusal(move || breaker().with_open_time(time)).starts_with("the circuit stays open"));
        assert!(refusal(move || breaker().with_slow_calls(1.0, time)).starts_with("what a slow call"));
    }
}

#[test]
fn numbers_of_nothing_are_refused() {
    assert!(refusal(|| breaker().with_minimum_calls(0)).starts_with("the minimum of calls is at least 1"));
    assert!(refusal(|| breaker().with_consecutive_failures(0)).starts_with("the circuit opens after"));
    assert!(refusal(|| breaker().with_probes(0)).starts_with("a circuit closes after at least 1 probe"));
}

#[test]
fn every_figure_at_its_ends_is_taken_in_a_static() {
    static LEAST: CircuitBreaker = CircuitBreaker::new("l")
        .with_failure_rate(f64::MIN_POSITIVE)
        .with_minimum_calls(1)
        .with_window(Duration::from_nanos(1))
        .with_consecutive_failures(1)
        .with_slow_calls(f64::MIN_POSITIVE, Duration::from_nanos(1))
        .with_open_time(Duration::from_nanos(1))
        .with_probes(1);
    static MOST: CircuitBreaker = CircuitBreaker::new("most")
        .with_failure_rate(1.0)
        .with_minimum_calls(u32::MAX)
        .with_window(Duration::from_secs(86_400))
        .with_consecutive_failures(u32::MAX)
        .with_slow_calls(1.0, Duration::from_secs(86_400))
        .with_open_time(Duration::from_secs(86_400))
        .with_probes(u32::MAX);
    for breaker in [&LEAST, &MOST] {
        succeed(breaker, at(SECOND));
        assert_eq!(breaker.state_at(at(SECOND)), CircuitState::Closed);
    }
}

#[test]
fn it_shows_its_name_and_state() {
    let shown = format!("{:?}", breaker());
    assert!(shown.starts_with("CircuitBreaker { name: \"lake\", state: Closed, rules: "), "{shown}");
    assert_eq!(breaker().name(), "lake");
    assert_eq!(CircuitState::HalfOpen.to_string(), "half-open");
}

#[test]
fn the_defaults_are_as_documented() {
    let breaker = CircuitBreaker::new("lake");
    for _ in 0..10 {
        succeed(&breaker, at(SECOND));
    }
    for _ in 0..9 {
        fail(&breaker, at(SECOND));
    }
    assert_eq!(breaker.state_at(at(SECOND)), CircuitState::Closed);
    fail(&breaker, at(SECOND));
    assert_eq!(refused_for(&breaker, at(SECOND)), SECOND * 30);
    let _probes = [(); 3].map(|()| permit(&breaker, at(SECOND * 31)));
    assert_eq!(refused_for(&breaker, at(SECOND * 31)), SECOND);
}
