//! No slot lifts a limit, whatever the policy and however many retry.

use std::time::Duration;

use proptest::prelude::*;
use retry_runtime::{Elapsed, Jitter, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, record, recorded_waits};
use tokio::{
    runtime::Builder,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::installed;

const MS: Duration = Duration::from_millis(1);

fn any_policy() -> impl Strategy<Value = RetryPolicy> {
    let jitter = prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Decorrelated),
        (0.0..=1.0_f64).prop_map(Jitter::Factor),
    ];
    (2..7_u32, 0..300_u32, jitter, 1..40_u32, 1..500_u32).prop_map(
        |(attempts, initial, jitter, count, width)| {
            RetryPolicy::DEFAULT
                .with_max_attempts(attempts)
                .with_initial_delay(MS * initial)
                .with_jitter(jitter)
                .with_slots(count, MS * width)
        },
    )
}

/// Runs a thousandfold: nothing that is awaited takes time.
fn paused<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}

/// What became of a call.
struct Called {
    attempts: u32,
    waits: Vec<Duration>,
    took: Duration,
}

/// Calls that fail together, and fail again.
async fn calls_of(policy: RetryPolicy, operation: &'static str) -> Vec<Called> {
    let mut calls = JoinSet::new();
    for _ in 0..30 {
        calls.spawn(async move {
            let (flaky, mut waits, start) = (Flaky::failing(99), Vec::new(), Instant::now());
            let wait = |wait| {
                waits.push(wait);
                sleep(wait)
            };
            let call = policy.call_async(|| flaky.call_async()).operation(operation).sleep(wait);
            assert!(call.run().await.is_err());
            Called { attempts: flaky.attempts(), waits, took: start.elapsed() }
        });
    }
    calls.join_all().await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_waits_together_are_within_max_total_delay(policy in any_policy(), extra in 0..2_000_u32) {
        let _installed = installed::memory();
        let limit = policy.worst_case_delay() + MS * extra;
        for Called { attempts, waits, .. } in paused(calls_of(policy.with_max_total_delay(limit), "total")) {
            let waited: Duration = waits.iter().sum();
            prop_assert!(waited <= limit, "{waited:?} of {limit:?}: {waits:?}");
            // The limit holds all waits without slots: those must not cost an attempt.
            prop_assert_eq!(Some(attempts), policy.max_attempts(), "{:?} of {:?}", waits, limit);
        }
    }

    #[test]
    fn no_wait_ends_after_max_elapsed(policy in any_policy(), limit in 1..5_000_u32) {
        let _installed = installed::memory();
        let limit = MS * limit;
        for Called { waits, took, .. } in paused(calls_of(policy.with_max_elapsed(limit), "elapsed")) {
            // Tokio's timer is that coarse.
            let coarse = MS * u32::try_from(waits.len()).expect("a few");
            prop_assert!(took <= limit + coarse, "{took:?} of {limit:?}: {waits:?}");
        }
    }

    #[test]
    fn no_attempt_begins_after_the_deadline(limit in 1..3_000_u32) {
        let _installed = installed::memory();
        let limit = MS * limit;
        for (last, elapsed) in paused(calls_until(limit)) {
            prop_assert!(last <= limit, "an attempt after {last:?} of {limit:?}");
            prop_assert!(elapsed <= limit + MS, "{elapsed:?} of {limit:?}");
        }
    }

    #[test]
    fn blocking_waits_obey_them_alike(policy in any_policy(), extra in 0..2_000_u32) {
        let _installed = installed::memory();
        let limit = policy.worst_case_delay() + MS * extra;
        let policy = policy.with_max_total_delay(limit);
        for _ in 0..30 {
            let flaky = Flaky::failing(99);
            prop_assert!(policy.call(|| flaky.call()).operation("blocking").sleep(record).run().is_err());
            prop_assert_eq!(Some(flaky.attempts()), policy.max_attempts());
            let waited: Duration = recorded_waits().iter().sum();
            prop_assert!(waited <= limit, "{waited:?} of {limit:?}");
        }
    }
}

/// How a call ended.
#[derive(Debug)]
enum Error {
    Failed,
    TooLate,
}

impl From<Elapsed> for Error {
    fn from(_: Elapsed) -> Self {
        Self::TooLate
    }
}

#[retry(max_attempts = 6, initial_delay = "50ms", deadline_from = until.into_std())]
async fn until(start: Instant, until: Instant, last: &mut Duration) -> Result<(), Error> {
    *last = start.elapsed();
    Err(Error::Failed)
}

/// When the last attempt of each call began, and how long the call took.
async fn calls_until(limit: Duration) -> Vec<(Duration, Duration)> {
    let mut calls = JoinSet::new();
    for _ in 0..30 {
        calls.spawn(async move {
            let (start, mut last) = (Instant::now(), Duration::ZERO);
            let outcome = until(start, start + limit, &mut last).await;
            assert!(matches!(outcome, Err(Error::Failed | Error::TooLate)));
            (last, start.elapsed())
        });
    }
    calls.join_all().await
}

#[test]
fn a_limit_that_leaves_no_room_leaves_the_backoff() {
    let _installed = installed::memory();
    let policy = RetryPolicy::DEFAULT.with_jitter(Jitter::None);
    let policy = policy.with_max_total_delay(policy.worst_case_delay());
    for _ in 0..10 {
        let flaky = Flaky::failing(99);
        assert_eq!(policy.call(|| flaky.call()).operation("no_room").sleep(record).run(), Err(Failure(3)));
        assert_eq!(recorded_waits(), [MS * 100, MS * 200]);
    }
}
