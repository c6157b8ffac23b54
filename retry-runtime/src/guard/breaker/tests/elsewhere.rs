//! What becomes of a circuit that turned in another process.

use super::{super::circuit, CircuitState::*, *};

fn opened_elsewhere(breaker: &CircuitBreaker, left: Duration, now: Instant) {
    breaker.step(|circuit| circuit.opened_elsewhere(left, now));
}

fn closed_elsewhere(breaker: &CircuitBreaker) {
    breaker.step(circuit::Circuit::closed_elsewhere);
}

#[test]
fn it_is_open_here_for_what_is_left() {
    let breaker = breaker();
    opened_elsewhere(&breaker, SECOND * 7, at(SECOND));
    assert_eq!(refused_for(&breaker, at(SECOND * 3)), SECOND * 5);
    assert_eq!(breaker.state_at(just_before(SECOND * 8)), Open);
    assert_eq!(breaker.state_at(at(SECOND * 8)), HalfOpen);
}

#[test]
fn calls_under_way_do_not_count_any_more() {
    let breaker = breaker();
    let under_way = permit(&breaker, at(SECOND));
    opened_elsewhere(&breaker, SECOND, at(SECOND));
    closed_elsewhere(&breaker);
    under_way.failed(Verdict::TRANSIENT, at(SECOND));
    for _ in 0..3 {
        fail(&breaker, at(SECOND));
    }
    assert_eq!(breaker.state_at(at(SECOND)), Closed, "three of the minimum of four");
}

#[test]
fn an_open_one_stays_so_for_the_longer_of_both_times() {
    let breaker = breaker();
    fail_until_open(&breaker, at(SECOND));
    opened_elsewhere(&breaker, SECOND * 5, at(SECOND));
    assert_eq!(refused_for(&breaker, at(SECOND)), SECOND * 30, "its own");
    opened_elsewhere(&breaker, SECOND * 40, at(SECOND));
    assert_eq!(refused_for(&breaker, at(SECOND)), SECOND * 40);
}

#[test]
fn a_half_open_one_opens_and_its_probes_are_forgotten() {
    let breaker = breaker();
    fail_until_open(&breaker, at(SECOND));
    let probe = permit(&breaker, at(SECOND * 31));
    opened_elsewhere(&breaker, SECOND, at(SECOND * 31));
    probe.succeeded(at(SECOND * 31));
    assert_eq!(refused_for(&breaker, at(SECOND * 31)), SECOND);
}

#[test]
fn one_that_closes_elsewhere_closes_here_and_starts_afresh() {
    let breaker = breaker();
    fail_until_open(&breaker, at(SECOND));
    closed_elsewhere(&breaker);
    for _ in 0..3 {
        fail(&breaker, at(SECOND));
    }
    assert_eq!(breaker.state_at(at(SECOND)), Closed);
    closed_elsewhere(&breaker);
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Open, "a closed one keeps what it has counted");
}
