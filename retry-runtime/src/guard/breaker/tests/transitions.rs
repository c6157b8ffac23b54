//! What opens the circuit.

use super::{CircuitState::*, *};

#[test]
fn it_opens_when_the_rate_is_reached_and_not_before() {
    let breaker = breaker();
    for _ in 0..3 {
        succeed(&breaker, at(SECOND));
    }
    fail(&breaker, at(SECOND));
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Closed, "2 of 5");
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Open, "3 of 6");
}

#[test]
fn it_does_not_judge_by_fewer_calls_than_the_minimum() {
    let breaker = breaker();
    for _ in 0..3 {
        fail(&breaker, at(SECOND));
    }
    assert_eq!(breaker.state_at(at(SECOND)), Closed);
    succeed(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Open, "the fourth call makes 3 of 4, though it succeeded");
}

#[test]
fn a_decimal_rate_is_met_by_just_that_part() {
    for percent in 1..=100_u32 {
        let breaker =
            CircuitBreaker::new("lake").with_minimum_calls(100).with_failure_rate(f64::from(percent) / 100.0);
        for _ in percent..100 {
            succeed(&breaker, at(SECOND));
        }
        for _ in 1..percent {
            fail(&breaker, at(SECOND));
        }
        assert_eq!(breaker.state_at(at(SECOND)), Closed);
        fail(&breaker, at(SECOND));
        assert_eq!(breaker.state_at(at(SECOND)), Open, "{percent} %");
    }
}

#[test]
fn with_a_rate_of_one_a_single_success_keeps_it_closed() {
    let breaker = breaker().with_failure_rate(1.0);
    succeed(&breaker, at(SECOND));
    for _ in 0..1_000 {
        fail(&breaker, at(SECOND));
    }
    assert_eq!(breaker.state_at(at(SECOND)), Closed);
}

#[test]
fn with_the_least_rate_a_single_failure_opens_it() {
    let breaker = breaker().with_failure_rate(f64::MIN_POSITIVE);
    for _ in 0..1_000 {
        succeed(&breaker, at(SECOND));
    }
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Open);
}

#[test]
fn with_a_minimum_of_one_the_first_failure_opens_it() {
    let breaker = breaker().with_minimum_calls(1);
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Open);
}

#[test]
fn failures_in_a_row_open_it_however_far_apart() {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(3).with_failure_rate(1.0);
    fail(&breaker, at(SECOND));
    fail(&breaker, at(SECOND * 100));
    succeed(&breaker, at(SECOND * 200));
    fail(&breaker, at(SECOND * 300));
    fail(&breaker, at(SECOND * 400));
    assert_eq!(breaker.state_at(at(SECOND * 400)), Closed);
    fail(&breaker, at(SECOND * 500));
    assert_eq!(breaker.state_at(at(SECOND * 500)), Open);
}

#[test]
fn slow_calls_open_it_whether_they_succeed_or_not() {
    let breaker = breaker().with_slow_calls(0.75, SECOND);
    for (took, state) in [(SECOND, Closed), (SECOND * 2, Closed), (SECOND * 2, Closed), (SECOND * 2, Open)] {
        permit(&breaker, at(SECOND)).succeeded(at(SECOND + took));
        assert_eq!(breaker.state_at(at(SECOND * 3)), state);
    }
}

#[test]
fn permanent_errors_are_answers_of_a_service_that_works() {
    let breaker = breaker().with_consecutive_failures(4);
    for _ in 0..100 {
        permit(&breaker, at(SECOND)).failed(Verdict::PERMANENT, at(SECOND));
    }
    for _ in 0..3 {
        fail(&breaker, at(SECOND));
    }
    permit(&breaker, at(SECOND)).failed(Verdict::PERMANENT, at(SECOND));
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Closed);
}

#[test]
fn throttled_calls_are_failures() {
    let breaker = breaker();
    for _ in 0..4 {
        permit(&breaker, at(SECOND)).failed(Verdict::THROTTLED, at(SECOND));
    }
    assert_eq!(breaker.state_at(at(SECOND)), Open);
}
