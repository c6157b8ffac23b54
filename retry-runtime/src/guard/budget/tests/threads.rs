//! Eight threads on one budget.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    thread,
};

use super::*;

const THREADS: u32 = 8;

/// Runs `work` on all threads at once, and adds up what they return.
fn together(work: impl Fn(u32) -> u32 + Sync) -> u32 {
    let start = Barrier::new(THREADS as usize);
    let work = |number| {
        start.wait();
        work(number)
    };
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || work(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    })
}

#[test]
fn threads_never_spend_a_token_twice() {
    let budget = RetryBudget::token_bucket("lake").with_capacity(14_000 + 13);
    let retries =
        together(|_| (0..1_000).map(|_| u32::from(budget.withdraw(Failure::Transient, Instant::now))).sum());
    assert_eq!((retries, budget.balance()), (1_000, 13));
}

#[test]
fn threads_that_spend_and_bring_back_lose_no_token() {
    let budget = RetryBudget::token_bucket("lake");
    let _ = together(|_| {
        for _ in 0..10_000 {
            if budget.withdraw(Failure::TimedOut, Instant::now) {
                budget.succeeded(|| Some(Failure::TimedOut));
            }
        }
        0
    });
    assert_eq!(budget.balance(), 500);
}

#[test]
fn threads_never_spend_a_retry_twice() {
    let bench = Bench::new(RetryBudget::new("api"));
    let _ = together(|_| {
        bench.call(1_250);
        0
    });
    assert_eq!(together(|_| (0..1_000).map(|_| u32::from(bench.retry())).sum()), 2_100);
}

#[test]
fn threads_that_meet_in_new_slots_spend_what_one_would() {
    const ROUNDS: usize = 300;
    let budget = RetryBudget::new("api").with_reserve(1);
    let (start, barrier) = (Instant::now(), Barrier::new(THREADS as usize));
    let retries: Vec<AtomicU32> = (0..ROUNDS).map(|_| AtomicU32::new(0)).collect();
    let _ = together(|_| {
        for (round, retries) in retries.iter().enumerate() {
            barrier.wait();
            let now = start + SECOND * u32::try_from(round).expect("small");
            (0..5).for_each(|_| budget.called(|| now));
            barrier.wait();
            let made = (0..20).filter(|_| budget.withdraw(Failure::Transient, || now)).count();
            retries.fetch_add(u32::try_from(made).expect("small"), Ordering::Relaxed);
        }
        0
    });
    // Forty calls a second bring eight retries, beside the reserve of ten in a window.
    let retries: Vec<u32> = retries.into_iter().map(AtomicU32::into_inner).collect();
    assert_eq!(retries[..10], [18, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
    assert!(retries.windows(10).all(|window| window.iter().sum::<u32>() == 90), "{retries:?}");
}

#[test]
fn threads_with_clocks_apart_never_overspend() {
    let budget = RetryBudget::new("api").with_ratio(0.0).with_reserve(1);
    let (start, turn) = (Instant::now(), AtomicUsize::new(0));
    let retries = together(|thread| {
        let mut retries = 0;
        for _ in 0..4_000 {
            // Up to 300 seconds go by, for each thread with a lag of its own.
            let turn = u32::try_from(turn.fetch_add(1, Ordering::Relaxed)).expect("small");
            let now = start + (SECOND * 300 * turn / 32_000).saturating_sub(SECOND * 7 * thread);
            retries += u32::from(budget.withdraw(Failure::Transient, || now));
        }
        retries
    });
    assert!((100..=310).contains(&retries), "{retries}");
}
