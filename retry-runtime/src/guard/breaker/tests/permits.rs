//! Probes, dropped permits and late results.

use super::{CircuitState::*, *};

#[test]
fn a_slow_probe_opens_it_again() {
    let breaker = breaker().with_slow_calls(1.0, SECOND);
    fail_until_open(&breaker, at(SECOND));
    permit(&breaker, at(SECOND * 31)).succeeded(at(SECOND * 33));
    assert_eq!(refused_for(&breaker, at(SECOND * 33)), SECOND * 30);
}

#[test]
fn permanent_errors_of_probes_close_it() {
    let breaker = breaker();
    fail_until_open(&breaker, at(SECOND));
    for _ in 0..3 {
        permit(&breaker, at(SECOND * 31)).failed(Verdict::PERMANENT, at(SECOND * 31));
    }
    assert_eq!(breaker.state_at(at(SECOND * 31)), Closed);
}

#[test]
fn half_open_it_admits_just_the_probes() {
    for probes in [1, 3, 10] {
        let breaker = breaker().with_probes(probes);
        fail_until_open(&breaker, at(SECOND));
        let now = at(SECOND * 31);
        let mut out: Vec<_> = (0..probes).map(|_| permit(&breaker, now)).collect();
        assert_eq!(refused_for(&breaker, now), SECOND);
        let last = out.pop().expect("a probe");
        for probe in out {
            probe.succeeded(now);
            assert_eq!((breaker.state_at(now), refused_for(&breaker, now)), (HalfOpen, SECOND));
        }
        last.succeeded(now);
        assert_eq!(breaker.state_at(now), Closed);
    }
}

#[test]
fn a_breaker_that_opens_briefly_is_asked_again_sooner() {
    let breaker = breaker().with_open_time(SECOND / 2).with_probes(1);
    fail_until_open(&breaker, at(SECOND));
    let _probe = permit(&breaker, at(SECOND * 2));
    assert_eq!(refused_for(&breaker, at(SECOND * 2)), SECOND / 20);
}

#[test]
fn one_probe_that_fails_opens_it_again_for_the_whole_time() {
    let breaker = breaker();
    fail_until_open(&breaker, at(SECOND));
    succeed(&breaker, at(SECOND * 31));
    succeed(&breaker, at(SECOND * 32));
    fail(&breaker, at(SECOND * 33));
    assert_eq!(refused_for(&breaker, at(SECOND * 33)), SECOND * 30);
    // What succeeded before does not help the next time.
    succeed(&breaker, at(SECOND * 63));
    assert_eq!(breaker.state_at(at(SECOND * 63)), HalfOpen);
}

#[test]
fn closed_again_it_starts_afresh() {
    let breaker = breaker().with_probes(1).with_consecutive_failures(5);
    fail_until_open(&breaker, at(SECOND));
    let now = at(SECOND * 31);
    succeed(&breaker, now);
    for _ in 0..3 {
        fail(&breaker, now);
    }
    assert_eq!(breaker.state_at(now), Closed);
}

#[test]
fn a_dropped_permit_of_a_closed_circuit_records_nothing() {
    let breaker = breaker();
    for _ in 0..3 {
        fail(&breaker, at(SECOND));
    }
    drop(permit(&breaker, at(SECOND)));
    assert_eq!(breaker.state_at(at(SECOND)), Closed);
}

#[test]
fn a_dropped_probe_gives_its_place_to_another() {
    let breaker = breaker().with_probes(2);
    fail_until_open(&breaker, at(SECOND));
    let now = at(SECOND * 31);
    let (first, second) = (permit(&breaker, now), permit(&breaker, now));
    drop(first);
    let third = permit(&breaker, now);
    refused_for(&breaker, now);
    second.succeeded(now);
    drop(third);
    assert_eq!(breaker.state_at(now), HalfOpen);
    succeed(&breaker, now);
    assert_eq!(breaker.state_at(now), Closed);
}

#[test]
fn a_panic_gives_the_probe_back() {
    let breaker = breaker().with_probes(1);
    fail_until_open(&breaker, at(SECOND));
    let now = at(SECOND * 31);
    let body = std::panic::catch_unwind(|| {
        let _probe = permit(&breaker, now);
        panic!("a bug in the body");
    });
    assert!(body.is_err());
    succeed(&breaker, now);
    assert_eq!(breaker.state_at(now), Closed);
}

#[test]
fn late_results_change_nothing() {
    let breaker = breaker().with_probes(2);
    let now = at(SECOND * 31);
    let mut late: Vec<_> = (0..8).map(|_| permit(&breaker, at(SECOND))).collect();
    let mut settle = |now| {
        late.pop().expect("a permit").failed(Verdict::TRANSIENT, now);
        late.pop().expect("a permit").succeeded(now);
        drop(late.pop().expect("a permit"));
    };
    fail_until_open(&breaker, at(SECOND));
    settle(at(SECOND * 2));
    assert_eq!(refused_for(&breaker, at(SECOND * 2)), SECOND * 29);
    let (first, second) = (permit(&breaker, now), permit(&breaker, now));
    settle(now);
    assert_eq!(refused_for(&breaker, now), SECOND, "both probes are still out");
    first.failed(Verdict::TRANSIENT, now);
    second.succeeded(at(SECOND * 40));
    assert_eq!(refused_for(&breaker, at(SECOND * 40)), SECOND * 21);
    let late_probe = permit(&breaker, at(SECOND * 61));
    breaker.reset();
    late_probe.failed(Verdict::TRANSIENT, at(SECOND * 61));
    assert_eq!(breaker.state_at(at(SECOND * 61)), Closed);
}

#[test]
fn a_late_probe_takes_no_place_from_the_next_round() {
    let breaker = breaker().with_probes(2);
    fail_until_open(&breaker, at(SECOND));
    let (first, second) = (permit(&breaker, at(SECOND * 31)), permit(&breaker, at(SECOND * 31)));
    first.failed(Verdict::TRANSIENT, at(SECOND * 31));
    let now = at(SECOND * 61);
    let _round = (permit(&breaker, now), permit(&breaker, now));
    drop(second);
    refused_for(&breaker, now);
}

#[test]
fn a_reset_closes_it_from_any_state() {
    let breaker = breaker();
    for reach in 0..3 {
        fail_until_open(&breaker, at(SECOND));
        let _probe = (reach > 1).then(|| permit(&breaker, at(SECOND * 31)));
        breaker.reset();
        assert_eq!(breaker.state_at(at(SECOND)), Closed);
        for _ in 0..3 {
            fail(&breaker, at(SECOND));
        }
        assert_eq!(breaker.state_at(at(SECOND)), Closed, "what was counted is forgotten");
    }
}

#[test]
fn a_permit_moves_between_threads_with_its_future() {
    const fn moves<T: Send + Sync>() {}
    const { moves::<Permit<'static>>() };
}
