//! Settings that change for ever take no more memory than settings that changed once.
#![deny(warnings, clippy::all)]

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use allocation_counter::{AllocationInfo, measure};
use retry_runtime::{RetryPolicy, retry, settings};
use retry_tests::{Failure, record, recorded_waits};

/// Settings are the whole program's, and what one thread replaces another may free: one test at a time.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const PAYMENTS: RetryPolicy = RetryPolicy::named("payments");

#[retry(policy = PAYMENTS, sleep = record)]
fn pay(fails: bool) -> Result<(), Failure> {
    if fails { Err(Failure(1)) } else { Ok(()) }
}

fn closure(fails: bool) -> Result<(), Failure> {
    PAYMENTS.call(|| if fails { Err(Failure(1)) } else { Ok(()) }).sleep(record).run()
}

/// Changes the policy, with calls that hold the old one while it is replaced.
fn change(turn: u32) {
    let delay = Duration::from_millis(u64::from(turn % 7));
    settings::update("payments", |policy| policy.max_attempts(2 + turn % 2).initial_delay(delay))
        .expect("right");
    assert!(pay(true).is_err());
    assert!(closure(true).is_err());
    let held = PAYMENTS.call(|| {
        settings::reload().expect("right");
        Err::<(), _>(Failure(1))
    });
    assert!(held.sleep(record).run().is_err());
    drop(recorded_waits());
}

fn changes(count: u32) -> AllocationInfo {
    measure(|| (0..count).for_each(change))
}

#[test]
fn what_was_replaced_is_freed() {
    let _turn = turn();
    settings::Sources::new().without_environment().init().expect("nothing to refuse");
    changes(20);
    for _ in 0..3 {
        let info = changes(200);
        assert!(info.count_total > 200, "{info:?}");
        assert_eq!((info.count_current, info.bytes_current), (0, 0), "{info:?}");
    }
}

#[test]
fn a_call_that_succeeds_at_once_allocates_nothing() {
    let _turn = turn();
    let calls = || {
        assert!(pay(false).is_ok());
        assert!(closure(false).is_ok());
    };
    assert_eq!(measure(calls).count_total, 0, "before settings are read, or after");
    settings::Sources::new().without_environment().init().expect("nothing to refuse");
    settings::update("payments", |policy| policy.max_attempts(2)).expect("right");
    assert_eq!(measure(calls).count_total, 0, "when something is set");
}

/// The policy of an annotated function is ready; a closure that nothing is said of has its own.
#[test]
fn a_failure_allocates_nothing_that_settings_would_need() {
    let _turn = turn();
    settings::Sources::new().without_environment().init().expect("nothing to refuse");
    assert!(pay(true).is_err());
    let annotated = measure(|| assert!(pay(true).is_err()));
    let other = || RetryPolicy::API.call(|| Err::<(), _>(Failure(1))).sleep(record).run().is_err();
    assert!(other());
    let closure = measure(|| assert!(other()));
    drop(recorded_waits());
    // The list of recorded waits grows: nothing else.
    assert!(annotated.count_total <= 1, "{annotated:?}");
    assert!(closure.count_total <= 1, "{closure:?}");
}
