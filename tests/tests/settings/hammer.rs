//! Calls fail while their policy is changed again and again: each goes by one policy entirely, before or after.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use retry_runtime::{
    Backoff, Event, Jitter, RetryPolicy, retry,
    settings::{self, Sources},
};
use retry_tests::{Failure, record, record_async, recorded_waits};

/// Two policies that differ in everything that shows.
const ONE: (u32, [u64; 2]) = (3, [10, 20]);
const OTHER: (u32, [u64; 4]) = (5, [7, 14, 21, 25]);

const HAMMERED: RetryPolicy = RetryPolicy::named("hammered")
    .with_max_attempts(ONE.0)
    .with_initial_delay(Duration::from_millis(ONE.1[0]))
    .with_max_delay(Duration::from_millis(20))
    .with_jitter(Jitter::None);

/// Each reader makes so many calls of each kind, and more until both policies were seen; the writer goes on until all
/// readers are ready.
const CALLS: u32 = 2_000;
const MOST_CALLS: u32 = 50 * CALLS;
const READERS: u32 = 4;

/// Settings are the whole program's: one test at a time.
static TURN: Mutex<()> = Mutex::new(());

thread_local! {
    static MADE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static MOST: std::cell::RefCell<Vec<Option<u32>>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn fail() -> Result<(), Failure> {
    MADE.set(MADE.get() + 1);
    Err(Failure(MADE.get()))
}

fn note(event: &Event<'_, Failure>) {
    MOST.with_borrow_mut(|most| most.push(event.max_attempts));
}

#[retry(policy = HAMMERED, on_retry = note, on_give_up = note, sleep = record)]
fn annotated() -> Result<(), Failure> {
    fail()
}

#[retry(policy = HAMMERED, on_retry = note, on_give_up = note, sleep = record_async)]
async fn annotated_async() -> Result<(), Failure> {
    fail()
}

fn closure() -> Result<(), Failure> {
    HAMMERED.call(fail).on_retry(note).on_give_up(note).sleep(record).run()
}

fn looped() -> Result<(), Failure> {
    let mut attempts = HAMMERED.attempts("hammered loop").sleep(record);
    loop {
        attempts.next_blocking();
        fail().or_else(|failure| attempts.failed(failure))?;
    }
}

/// Makes a call; whether it went by the code's policy. Panics if it went by neither.
fn is_one(call: impl FnOnce() -> Result<(), Failure>) -> bool {
    MADE.set(0);
    MOST.take();
    assert!(call().is_err());
    let (made, waits) = (MADE.get(), recorded_waits());
    let most = MOST.take();
    let millis: Vec<u64> = waits.iter().map(|wait| wait.as_millis().try_into().expect("short")).collect();
    let is_one = made == ONE.0;
    let expected: (u32, &[u64]) = if is_one { (ONE.0, &ONE.1) } else { (OTHER.0, &OTHER.1) };
    assert_eq!((made, millis.as_slice()), expected, "half of one and half of the other");
    // A loop has no hooks.
    assert!(most.iter().all(|most| *most == Some(made)), "{most:?} in a call of {made}");
    is_one
}

/// Changes all that differs at once, or takes it back.
fn set_other() {
    let changed = settings::update("hammered", |policy| {
        policy
            .max_attempts(OTHER.0)
            .initial_delay(Duration::from_millis(OTHER.1[0]))
            .max_delay(Duration::from_millis(25))
            .backoff(Backoff::Linear)
    });
    changed.expect("right");
}

fn set_one() {
    settings::update("hammered", |policy| policy.clear()).expect("right");
}

/// Runs the readers; `change` is done over and over, with the number of its turn, until all are ready.
fn hammer(change: impl Fn(u32) + Send) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (ready, ones, others) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
    let has_failed = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let on_drop = Failing(&has_failed);
                for call in 0..MOST_CALLS {
                    let has_seen = |seen: &AtomicU32| seen.load(Ordering::Relaxed) > 0;
                    if call >= CALLS && has_seen(&ones) && has_seen(&others) {
                        break;
                    }
                    let kinds = [
                        is_one(annotated),
                        is_one(|| futures_executor::block_on(annotated_async())),
                        is_one(closure),
                        is_one(looped),
                    ];
                    for is_one in kinds {
                        if is_one { &ones } else { &others }.fetch_add(1, Ordering::Relaxed);
                    }
                }
                std::mem::forget(on_drop);
                ready.fetch_add(1, Ordering::Relaxed);
            });
        }
        let mut turn = 0;
        while ready.load(Ordering::Relaxed) < READERS && !has_failed.load(Ordering::Relaxed) {
            change(turn);
            turn += 1;
        }
    });
    set_one();
    // Otherwise nothing was hammered.
    assert!(ones.into_inner() > 0 && others.into_inner() > 0, "the calls saw both policies");
}

/// A reader that panics does not let the writer go on for ever.
struct Failing<'a>(&'a AtomicBool);

impl Drop for Failing<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_call_sees_half_of_a_change() {
    hammer(|turn| if turn % 2 == 0 { set_other() } else { set_one() });
}

#[test]
fn no_call_sees_half_of_what_is_read_again() {
    Sources::new().without_environment().init().expect("nothing to refuse");
    hammer(|turn| match turn % 4 {
        0 => set_other(),
        2 => set_one(),
        _ => settings::reload().expect("nothing to refuse"),
    });
}

/// What is refused is never seen.
#[test]
fn no_call_sees_a_change_that_is_refused() {
    hammer(|turn| {
        if turn % 2 == 0 {
            set_other()
        } else {
            set_one()
        }
        let refused = settings::update("hammered", |policy| policy.max_attempts(9).max_delay(Duration::ZERO));
        refused.expect_err("an initial delay above the longest");
    });
}
