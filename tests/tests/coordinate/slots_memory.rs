//! Slots of one process: who fails together returns evenly, by whatever way it was called.

use std::{rc::Rc, thread, time::Duration};

use retry_runtime::{Jitter, RetryPolicy, coordinate, retry};
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};
use tokio::{task::JoinSet, time::Instant};

use crate::installed;

const MS: Duration = Duration::from_millis(1);
const PLAIN: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(2).with_jitter(Jitter::None);

/// The most of these moments that lie within any 100 ms.
fn highest_load(mut moments: Vec<Duration>) -> usize {
    moments.sort_unstable();
    let within = |begin: &Duration| {
        moments.iter().filter(|moment| (*begin..*begin + 100 * MS).contains(moment)).count()
    };
    moments.iter().map(within).max().unwrap_or(0)
}

#[retry(max_attempts = 2, initial_delay = "100ms")]
async fn attempt(began: Instant, returns: &mut Vec<Duration>) -> Result<(), Failure> {
    returns.push(began.elapsed());
    Err(Failure(1))
}

/// When the second attempts of a thousand calls come that fail at one moment.
async fn returns_of_a_thousand() -> Vec<Duration> {
    let (began, mut calls) = (Instant::now(), JoinSet::new());
    for _ in 0..1_000 {
        calls.spawn(async move {
            let mut returns = Vec::new();
            let _ = attempt(began, &mut returns).await;
            returns
        });
    }
    let calls = calls.join_all().await;
    assert!(calls.iter().all(|attempts| attempts.len() == 2));
    calls.into_iter().map(|attempts| attempts[1]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_that_fail_together_return_evenly() {
    let _installed = installed::memory();
    let returns = returns_of_a_thousand().await;
    // Evenly, that is a hundred in each 100 ms; and a fifth more, for each has a jitter of its own before its slot.
    let highest = highest_load(returns.clone());
    assert!(highest <= 120, "{highest} in 100 ms");
    let last = returns.iter().max().expect("a thousand");
    assert!((900 * MS..=1_130 * MS).contains(last), "{last:?}");
    coordinate::uninstall();
    // What jitter alone makes of them: 100 ms, give or take 10.
    assert_eq!(highest_load(returns_of_a_thousand().await), 1_000);
}

#[test]
fn threads_that_fail_together_return_evenly() {
    #[retry(PLAIN, sleep = record)]
    fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    let _installed = installed::memory();
    let waits: Vec<Duration> = thread::scope(|threads| {
        let calls = || {
            for _ in 0..25 {
                assert!(blocking(&Flaky::failing(9)).is_err());
            }
            recorded_waits()
        };
        let threads: Vec<_> = (0..4).map(|_| threads.spawn(calls)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(waits.len(), 100);
    // Evenly, ten a slot. The calls take a while themselves, so that these are not the very moments at which they return.
    assert!(highest_load(waits.clone()) <= 20, "{waits:?}");
    assert!(waits.iter().all(|wait| (100 * MS..=1_100 * MS).contains(wait)), "{waits:?}");
}

/// Whether ten waits were spread, beyond a backoff of 100 ms.
fn are_spread(waits: &[Duration]) -> bool {
    assert_eq!(waits.len(), 10, "{waits:?}");
    waits.iter().max() > Some(&(700 * MS))
}

#[tokio::test]
async fn calls_of_closures_and_loops_take_slots_too() {
    let _installed = installed::memory();
    for _ in 0..10 {
        let flaky = Flaky::failing(9);
        assert_eq!(PLAIN.call(|| flaky.call()).operation("closure").sleep(record).run(), Err(Failure(2)));
    }
    assert!(are_spread(&recorded_waits()));
    for _ in 0..10 {
        let flaky = Flaky::failing(9);
        let call = PLAIN.call_async(|| flaky.call_async()).operation("async_closure").sleep(record_async);
        assert_eq!(call.run().await, Err(Failure(2)));
    }
    assert!(are_spread(&recorded_waits()));
    for _ in 0..10 {
        let (flaky, mut attempts) = (Flaky::failing(9), PLAIN.attempts("loop").sleep(record));
        while {
            attempts.next_blocking();
            attempts.failed(flaky.call().expect_err("it fails"))
        }
        .is_ok()
        {}
        assert_eq!(flaky.attempts(), 2);
    }
    assert!(are_spread(&recorded_waits()));
    for _ in 0..10 {
        let (flaky, mut attempts) = (Flaky::failing(9), PLAIN.attempts("async_loop").sleep(record_async));
        while {
            attempts.next().await;
            attempts.failed(flaky.call().expect_err("it fails"))
        }
        .is_ok()
        {}
        assert_eq!(flaky.attempts(), 2);
    }
    assert!(are_spread(&recorded_waits()));
}

/// The waits of so many calls of an operation.
fn waits_of(calls: u32, policy: RetryPolicy, operation: &'static str) -> Vec<Duration> {
    for _ in 0..calls {
        let flaky = Flaky::failing(99);
        assert!(policy.call(|| flaky.call()).operation(operation).sleep(record).run().is_err());
    }
    recorded_waits()
}

#[test]
fn operations_have_slots_of_their_own() {
    let _installed = installed::memory();
    assert!(are_spread(&waits_of(10, PLAIN, "crowded")));
    assert_eq!(waits_of(1, PLAIN, "lonely"), millis([100]));
    let other_service = PLAIN.call(|| Err::<(), _>(Failure(1))).operation("crowded").service("other");
    assert!(other_service.sleep(record).run().is_err());
    assert_eq!(recorded_waits(), millis([100]));
}

#[test]
fn a_policy_says_over_how_many_slots_and_how_wide_they_are() {
    let _installed = installed::memory();
    let waits = waits_of(40, PLAIN.with_slots(4, 50 * MS), "narrow");
    assert!(waits.iter().all(|wait| (100 * MS..=300 * MS).contains(wait)), "{waits:?}");
    assert!(waits.iter().max() >= Some(&(240 * MS)), "{waits:?}");
    let waits = waits_of(40, PLAIN.with_slots(1, MS), "narrowest");
    assert!(waits.iter().all(|wait| (100 * MS..=101 * MS).contains(wait)), "{waits:?}");
}

#[test]
fn a_policy_without_delays_is_spread_alike() {
    let _installed = installed::memory();
    let waits = waits_of(11, PLAIN.with_initial_delay(Duration::ZERO), "at_once");
    // A wait of zero is none: that of the first one.
    assert_eq!(waits.len(), 10, "{waits:?}");
    assert!(waits.iter().max() > Some(&(700 * MS)), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 1_000 * MS), "{waits:?}");
}

#[test]
fn one_that_never_fails_never_asks() {
    let _installed = installed::memory();
    for _ in 0..50 {
        assert_eq!(PLAIN.call(|| Flaky::failing(0).call()).operation("fine").sleep(record).run(), Ok(1));
    }
    // Had they reserved something, this one had to wait.
    assert_eq!(waits_of(1, PLAIN, "fine"), millis([100]));
}

#[test]
fn without_a_coordinator_there_are_no_slots() {
    let _installed = installed::memory();
    assert!(are_spread(&waits_of(10, PLAIN, "uninstalled")));
    coordinate::uninstall();
    assert_eq!(waits_of(3, PLAIN, "uninstalled"), millis([100; 3]));
    // Twice does no harm.
    coordinate::uninstall();
}

#[test]
fn another_coordinator_takes_the_place_of_the_one_before() {
    let _installed = installed::memory();
    assert!(are_spread(&waits_of(10, PLAIN, "installed_again")));
    coordinate::memory().install();
    assert_eq!(waits_of(1, PLAIN, "installed_again"), millis([100]));
    assert!(waits_of(2, PLAIN, "installed_again").iter().all(|wait| *wait > 100 * MS));
}

/// A future may be sent even where its error may not.
#[tokio::test]
async fn a_call_with_slots_can_be_spawned() {
    #[retry(PLAIN, sleep = record_async)]
    async fn unsendable(flaky: &Flaky) -> Result<u32, Rc<str>> {
        flaky.call().map_err(|_| "failed".into())
    }

    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }

    let _installed = installed::memory();
    let flaky = Flaky::failing(9);
    assert_eq!(sendable(unsendable(&flaky)).await, Err("failed".into()));
    assert_eq!(flaky.attempts(), 2);
    let flaky = Flaky::failing(9);
    let call = PLAIN.call_async(|| flaky.call_async()).sleep(record_async);
    assert_eq!(sendable(call.run()).await, Err(Failure(2)));
    let mut attempts = PLAIN.attempts("sendable").sleep(record_async);
    let _ = sendable(attempts.next()).await;
    let _ = recorded_waits();
}
