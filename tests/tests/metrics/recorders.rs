//! Recorders of one thread: they come and go, and what is counted is counted by the one there is.
//!
//! No recorder is installed for all threads here: see `metrics_global`.

use std::{thread, time::Duration};

use metrics::{set_default_local_recorder, with_local_recorder};
use retry_runtime::{RetryPolicy, retry};
use retry_tests::{Failure, Flaky};

use crate::{
    charge,
    expected::{Expected, operation},
    exposition::{Scrape, recorder, scraped},
};

/// Calls that succeed at once, whose handles may be kept, and one that does not.
fn charged(times: u32) {
    for _ in 0..times {
        assert!(charge(&Flaky::failing(0)).is_ok());
    }
    assert!(charge(&Flaky::failing(1)).is_ok());
}

fn charges(times: u32) -> Expected {
    operation("billing", "charge")
        .attempts([("1", times + 1), ("2", 1)])
        .succeeded("1", times)
        .succeeded("2", 1)
        .delayed([0.2])
        .took_real_time(times + 1)
}

#[test]
fn without_a_recorder_calls_are_what_they_are() {
    charged(5);
    let scrape = scraped(|| charged(3));
    charged(5);
    scrape.assert_is([charges(3)]);
}

/// Each is where the last one was.
#[test]
fn one_after_the_other_counts_what_happened_under_it() {
    for times in [3, 1, 4, 1, 5] {
        scraped(|| charged(times)).assert_is([charges(times)]);
        charged(2);
    }
}

#[test]
fn one_inside_the_other_counts_until_it_is_gone() {
    let outer = recorder();
    let inner = with_local_recorder(&outer, || {
        charged(1);
        let inner = scraped(|| charged(7));
        charged(2);
        inner
    });
    inner.assert_is([charges(7)]);
    let names = r#"{service="billing",operation="charge""#;
    let outer = Scrape::of(&outer.handle());
    assert_eq!(outer.value(&format!(r#"retry_success_total{names},attempts_needed="1"}}"#)), 3.0);
    assert_eq!(outer.value(&format!(r#"retry_success_total{names},attempts_needed="2"}}"#)), 2.0);
    assert_eq!(outer.value(&format!("retry_duration_seconds_count{names}}}")), 5.0);
}

#[test]
fn one_that_is_moved_stays_the_same() {
    let first = recorder();
    with_local_recorder(&first, || charged(1));
    let boxed = Box::new(first);
    with_local_recorder(&*boxed, || charged(1));
    let scrape = Scrape::of(&boxed.handle());
    assert_eq!(scrape.sum("retry_success_total", ""), 4.0);
}

#[test]
fn each_thread_has_its_own() {
    let scrapes = thread::scope(|scope| {
        let threads: Vec<_> = (1..=8).map(|times| scope.spawn(move || scraped(|| charged(times)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    for (scrape, times) in scrapes.into_iter().zip(1..) {
        scrape.assert_is([charges(times)]);
    }
}

const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(3).with_initial_delay(Duration::ZERO);

#[retry(policy = POLICY, service = "billing")]
fn refund(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

/// Eight threads, one recorder: no increment is lost.
#[test]
fn one_for_many_threads_counts_exactly() {
    const THREADS: u32 = 8;
    const CALLS: u32 = 500;
    let recorder = recorder();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let _guard = set_default_local_recorder(&recorder);
                for call in 0..CALLS {
                    let _ = refund(&Flaky::failing(call % 5));
                    let _ = POLICY.call(|| Flaky::failing(0).call()).operation("called").run();
                }
            });
        }
    });
    // Of five calls one each succeeds on attempts 1, 2 and 3, and two are exhausted.
    let fifth = THREADS * CALLS / 5;
    Scrape::of(&recorder.handle()).assert_is([
        operation("billing", "refund")
            .attempts([("1", 5 * fifth), ("2", 4 * fifth), ("3", 3 * fifth)])
            .succeeded("1", fifth)
            .succeeded("2", fifth)
            .succeeded("3", fifth)
            .gave_up("retry_tests::Failure", "attempts exhausted", 2 * fifth)
            .delayed([0.0; 7 * (8 * 500 / 5)])
            .took_real_time(5 * fifth),
        operation("", "called")
            .attempts([("1", THREADS * CALLS)])
            .succeeded("1", THREADS * CALLS)
            .took_real_time(THREADS * CALLS),
    ]);
}

#[test]
fn the_number_of_series_does_not_grow_with_calls() {
    let few = scraped(|| drop(charge(&Flaky::failing(1))));
    let many = scraped(|| (0..1_000).for_each(|_| drop(charge(&Flaky::failing(1)))));
    assert_eq!(few.len(), many.len());
}

#[tokio::test]
async fn futures_that_interleave_are_counted_by_the_recorder_of_their_thread() {
    let recorder = recorder();
    let _guard = set_default_local_recorder(&recorder);
    let flakies = [0, 1, 2, 0, 1].map(Flaky::failing);
    let calls = flakies.iter().map(|flaky| {
        let call = POLICY.call_async(|| flaky.call_async()).operation("interleaved");
        call.run()
    });
    assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_ok));
    Scrape::of(&recorder.handle()).assert_is([operation("", "interleaved")
        .attempts([("1", 5), ("2", 3), ("3", 1)])
        .succeeded("1", 2)
        .succeeded("2", 2)
        .succeeded("3", 1)
        .delayed([0.0; 4])
        .took_real_time(5)]);
}
