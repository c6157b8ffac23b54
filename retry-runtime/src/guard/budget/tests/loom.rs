//! Every order in which threads can meet, tried by loom. How to run: `guard/atomic.rs`.

use ::loom::{model, sync::Arc, thread};

use super::{
    super::{ratio::Ratio, tokens::Tokens},
    *,
};

/// Two slots of five seconds: few words, so that loom comes to an end.
type Small = Ratio<3>;

const SLOT: i64 = 5_000_000_000;
const WINDOW: i64 = 2 * SLOT;
const MILLISECOND: i64 = 1_000_000;

/// A moment at which a slot begins.
const START: i64 = 8_000_000 * SLOT - (1 << 55);

fn check(preemptions: usize, threads: impl Fn() + Sync + Send + 'static) {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(threads);
}

/// A budget of ten retries a window at most, of which some were made at the given times; all its words are touched.
fn with_retries(at: &[i64]) -> Arc<Small> {
    let budget = Small::new().with_ratio(0.0).with_reserve(1);
    budget.touch();
    assert_eq!(budget.balance(i64::MIN), 10);
    assert!(at.iter().all(|&time| budget.withdraw(time)));
    Arc::new(budget)
}

/// Retries granted to threads that try once each, at their times.
fn granted(budget: &Arc<Small>, times: &[i64]) -> usize {
    let try_once = |&time: &i64| {
        let budget = Arc::clone(budget);
        thread::spawn(move || budget.withdraw(time))
    };
    let threads: Vec<_> = times.iter().map(try_once).collect();
    threads.into_iter().filter_map(|thread| thread.join().expect("no panic").then_some(())).count()
}

#[test]
fn the_last_retry_is_made_once() {
    check(3, || {
        let budget = with_retries(&[START; 9]);
        assert_eq!(granted(&budget, &[START, START]), 1);
        assert_eq!(budget.balance(START), 0);
    });
}

#[test]
fn the_last_retry_is_made_once_where_slots_meet() {
    check(3, || {
        let budget = with_retries(&[START; 9]);
        let next = START + SLOT;
        assert_eq!(granted(&budget, &[next - MILLISECOND, next]), 1);
        assert_eq!(budget.balance(next), 0);
    });
}

#[test]
fn a_new_slot_hides_no_retry_from_those_in_the_old_one() {
    check(3, || {
        // At `now`, the nine of the last moment two slots ago count, and nothing is left. A slot later they do not, and
        // a thread there must not overwrite what one that is still here goes by.
        let now = START + WINDOW;
        let old = START + SLOT - MILLISECOND;
        let budget = with_retries(&[old, old, old, old, old, old, old, old, old, now]);
        let granted = granted(&budget, &[now, now + SLOT]);
        // The first has its retry only if it comes after the second, and then in the second's slot.
        assert_eq!(budget.balance(now + WINDOW), 10 - granted as u64);
    });
}

#[test]
fn three_threads_that_start_slots_overspend_nothing() {
    check(2, || {
        let budget = with_retries(&[START; 9]);
        let next = START + SLOT;
        assert_eq!(granted(&budget, &[START, next, next]), 1);
    });
}

#[test]
fn calls_are_all_counted_where_slots_meet() {
    check(3, || {
        let budget = Small::new().with_ratio(1.0).with_reserve(0);
        budget.called(START);
        let next = START + SLOT;
        assert_eq!(budget.balance(START), 1);
        let budget = Arc::new(budget);
        let call = |time| {
            let budget = Arc::clone(&budget);
            thread::spawn(move || budget.called(time))
        };
        let (one, two) = (call(next - MILLISECOND), call(next));
        one.join().expect("no panic");
        two.join().expect("no panic");
        assert_eq!(budget.balance(next), 3);
    });
}

#[test]
fn a_slot_that_ends_is_not_counted_twice() {
    check(3, || {
        let budget = Small::new().with_ratio(1.0).with_reserve(0);
        budget.called(START);
        budget.called(START);
        let next = START + SLOT;
        assert_eq!(budget.balance(START), 2);
        let budget = Arc::new(budget);
        let other = Arc::clone(&budget);
        let caller = thread::spawn(move || other.called(next));
        assert!((2..=3).contains(&budget.balance(next)));
        caller.join().expect("no panic");
        assert_eq!(budget.balance(next), 3);
    });
}

#[test]
fn a_retry_beside_a_call_is_paid_for() {
    check(3, || {
        let budget = Small::new().with_ratio(1.0).with_reserve(0);
        let next = START + SLOT;
        budget.touch();
        assert_eq!(budget.balance(START), 0);
        let budget = Arc::new(budget);
        let other = Arc::clone(&budget);
        let caller = thread::spawn(move || {
            other.called(next);
            u64::from(other.withdraw(next))
        });
        let retries = u64::from(budget.withdraw(next)) + caller.join().expect("no panic");
        assert_eq!((retries, budget.balance(next)), (1, 0));
    });
}

#[test]
fn tokens_are_neither_spent_twice_nor_lost() {
    check(3, || {
        let bucket = Tokens::new().with_capacity(28);
        assert!(bucket.withdraw(Failure::Transient));
        let bucket = Arc::new(bucket);
        let spend = || {
            let bucket = Arc::clone(&bucket);
            thread::spawn(move || u32::from(bucket.withdraw(Failure::Transient)))
        };
        let (one, two) = (spend(), spend());
        bucket.succeeded(|| None);
        let retries = one.join().expect("no panic") + two.join().expect("no panic");
        assert_eq!((retries, bucket.balance()), (1, 1));
    });
}
