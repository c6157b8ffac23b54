//! Many threads at one breaker.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use super::*;

const THREADS: usize = 8;

/// Runs `body` on eight threads that begin together.
fn hammer(body: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (barrier, body) = (&barrier, &body);
            scope.spawn(move || {
                barrier.wait();
                body(thread);
            });
        }
    });
}

#[test]
fn just_the_probes_are_admitted() {
    for round in 0..400 {
        let probes = 1 + round % 5;
        let breaker = breaker().with_probes(probes);
        fail_until_open(&breaker, at(SECOND));
        let admitted = AtomicU32::new(0);
        let all_have_asked = Barrier::new(THREADS);
        hammer(|_| {
            let permits: Vec<_> = (0..3).filter_map(|_| breaker.admit(at(SECOND * 31)).ok()).collect();
            admitted.fetch_add(u32::try_from(permits.len()).expect("three"), Ordering::Relaxed);
            all_have_asked.wait();
        });
        assert_eq!(admitted.into_inner(), probes);
    }
}

#[test]
fn with_probes_coming_back_never_more_are_under_way_and_never_fewer_can_be() {
    const PROBES: u32 = 3;
    let breaker = breaker().with_probes(PROBES);
    fail_until_open(&breaker, at(SECOND));
    let now = at(SECOND * 31);
    let (under_way, most) = (AtomicU32::new(0), AtomicU32::new(0));
    hammer(|_| {
        for _ in 0..20_000 {
            if let Ok(probe) = breaker.admit(now) {
                most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                under_way.fetch_sub(1, Ordering::SeqCst);
                drop(probe);
            }
        }
    });
    assert!((1..=PROBES).contains(&most.into_inner()));
    let probes: Vec<_> = (0..PROBES).map(|_| permit(&breaker, now)).collect();
    refused_for(&breaker, now);
    drop(probes);
}

#[test]
fn no_call_is_lost() {
    const CALLS: u64 = 20_000;
    // One failure in all of so many calls, and not one more, is that rate.
    let breaker = CircuitBreaker::new("lake")
        .with_minimum_calls(8 * 20_000)
        .with_failure_rate(8.0 / (8.0 * 20_000.0))
        .with_window(SECOND * 3_600);
    hammer(|_| {
        for call in 0..CALLS {
            match call {
                1_000 => fail(&breaker, at(SECOND)),
                _ if call < CALLS - 1 => succeed(&breaker, at(SECOND)),
                _ => {}
            }
        }
    });
    for _ in 1..THREADS {
        succeed(&breaker, at(SECOND));
        assert_eq!(breaker.state_at(at(SECOND)), CircuitState::Closed);
    }
    succeed(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), CircuitState::Open, "8 of 160,000");
}

#[test]
fn any_mix_of_outcomes_leaves_it_whole() {
    let breaker = breaker().with_window(SECOND).with_open_time(Duration::from_millis(1)).with_probes(2);
    hammer(|thread| {
        for call in 0..20_000_u32 {
            let now = at(Duration::from_micros(u64::from(call) * 50 + thread as u64 * 7));
            match (breaker.admit(now), (call + u32::try_from(thread).expect("eight")) % 7) {
                (Ok(permit), 0..3) => permit.succeeded(now),
                (Ok(permit), 3..6) => permit.failed(Verdict::TRANSIENT, now),
                (Ok(permit), _) => drop(permit),
                (Err(open), _) => assert!(open.retry_after() <= Duration::from_millis(1)),
            }
        }
    });
    let later = at(SECOND * 100);
    if breaker.state_at(later) != CircuitState::Closed {
        succeed(&breaker, later);
        succeed(&breaker, later);
    }
    assert_eq!(breaker.state_at(later), CircuitState::Closed);
}

#[test]
fn a_poisoned_lock_serves_on() {
    let breaker = breaker();
    let broken = std::panic::catch_unwind(|| breaker.change(|_| panic!("under the lock")));
    assert!(broken.is_err() && breaker.circuit.is_poisoned());
    fail_until_open(&breaker, at(SECOND));
    assert_eq!(refused_for(&breaker, at(SECOND)), SECOND * 30);
}
