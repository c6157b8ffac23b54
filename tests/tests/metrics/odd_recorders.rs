//! Recorders that make calls of their own, that panic, that have no size.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};
use retry_runtime::retry;
use retry_tests::{Failure, Flaky, record};

#[retry(max_attempts = 2, sleep = record)]
fn call(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

/// Asks for what it is asked, and counts calls at once.
struct Odd<F: Fn()>(F);

impl<F: Fn()> Recorder for Odd<F> {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        (self.0)();
    }
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        (self.0)();
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn a_recorder_may_make_retried_calls_of_its_own() {
    let made = AtomicU32::new(0);
    let recorder = Odd(|| {
        assert!(call(&Flaky::failing(1)).is_ok());
        made.fetch_add(1, Relaxed);
    });
    with_local_recorder(&recorder, || {
        assert!(call(&Flaky::failing(0)).is_ok());
        assert!(call(&Flaky::failing(1)).is_ok());
    });
    assert!(made.load(Relaxed) > 2);
}

#[test]
fn a_recorder_that_panicked_is_asked_again() {
    let (is_broken, asked) = (AtomicBool::new(true), AtomicU32::new(0));
    let recorder = Odd(|| {
        asked.fetch_add(1, Relaxed);
        assert!(!is_broken.load(Relaxed), "out of order");
    });
    with_local_recorder(&recorder, || {
        assert!(catch_unwind(AssertUnwindSafe(|| call(&Flaky::failing(0)))).is_err());
        is_broken.store(false, Relaxed);
        let before = asked.load(Relaxed);
        assert!(call(&Flaky::failing(0)).is_ok());
        assert!(asked.load(Relaxed) > before);
    });
}

static ONE: AtomicU32 = AtomicU32::new(0);
static OTHER: AtomicU32 = AtomicU32::new(0);

struct CountsInOne;
struct CountsInOther;

macro_rules! without_size {
    ($recorder:ident: $count:ident) => {
        impl CounterFn for $recorder {
            fn increment(&self, value: u64) {
                $count.fetch_add(u32::try_from(value).unwrap(), Relaxed);
            }
            fn absolute(&self, _: u64) {}
        }
        impl Recorder for $recorder {
            fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
            fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
            fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
            fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
                Counter::from_arc(std::sync::Arc::new($recorder))
            }
            fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
                Gauge::noop()
            }
            fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
                Histogram::noop()
            }
        }
    };
}

without_size! { CountsInOne: ONE }
without_size! { CountsInOther: OTHER }

#[test]
fn recorders_without_a_size_are_told_apart() {
    let (one, other) = (Box::new(CountsInOne), Box::new(CountsInOther));
    for _ in 0..3 {
        with_local_recorder(&*one, || assert!(call(&Flaky::failing(0)).is_ok()));
        with_local_recorder(&*other, || assert!(call(&Flaky::failing(0)).is_ok()));
    }
    // An attempt and a success each.
    assert_eq!((ONE.load(Relaxed), OTHER.load(Relaxed)), (6, 6));
}
