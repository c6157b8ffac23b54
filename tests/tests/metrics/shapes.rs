//! Whatever a retried operation is written as, its series are the same.

use std::time::Duration;

use retry_runtime::{RetryError, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, record, record_async};

use crate::{
    expected::{Expected, operation},
    exposition::{scraped, scraped_async},
};

const FAILURE: &str = "retry_tests::Failure";

/// Two attempts at once: no clock matters.
const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(2).with_initial_delay(Duration::ZERO);

/// What is counted of a call that succeeds at once, one that recovers and one that is exhausted.
fn one_of_each(service: &str, name: &str) -> Expected {
    operation(service, name)
        .attempts([("1", 3), ("2", 2)])
        .succeeded("1", 1)
        .succeeded("2", 1)
        .gave_up(FAILURE, "attempts exhausted", 1)
        .delayed([0.0, 0.0])
        .took_real_time(3)
}

fn flakies() -> [Flaky; 3] {
    [0, 1, 2].map(Flaky::failing)
}

#[retry(policy = POLICY)]
fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = POLICY)]
async fn asynchronous(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(policy = POLICY, sleep = record)]
fn own_sleeper(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = POLICY, sleep = record_async)]
async fn own_async_sleeper(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(policy = POLICY)]
fn built(flaky: &Flaky) -> impl Future<Output = Result<u32, Failure>> {
    flaky.call_async()
}

#[retry(policy = POLICY, on_retry = |_| (), on_success = |_| (), on_give_up = |_| ())]
async fn with_hooks(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(policy = POLICY, context = cx)]
async fn with_context(flaky: &Flaky) -> Result<u32, Failure> {
    if cx.attempt() > 9 { Ok(9) } else { flaky.call_async().await }
}

#[retry(policy = POLICY, max_elapsed = "1m", deadline = "1h", attempt_timeout = "1m", wrap_error)]
async fn with_limits(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[retry(policy = POLICY, operation = "renamed", service = "billing")]
fn named(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test]
async fn every_annotated_function_is_counted() {
    let scrape = scraped_async(async {
        for flaky in flakies() {
            drop(blocking(&flaky));
        }
        for flaky in flakies() {
            drop(asynchronous(&flaky).await);
        }
        for flaky in flakies() {
            drop(own_sleeper(&flaky));
        }
        for flaky in flakies() {
            drop(own_async_sleeper(&flaky).await);
        }
        for flaky in flakies() {
            drop(built(&flaky).await);
        }
        for flaky in flakies() {
            drop(with_hooks(&flaky).await);
        }
        for flaky in flakies() {
            drop(with_context(&flaky).await);
        }
        for flaky in flakies() {
            drop(with_limits(&flaky).await);
        }
        for flaky in flakies() {
            drop(named(&flaky));
        }
    })
    .await;
    scrape.assert_is([
        one_of_each("", "blocking"),
        one_of_each("", "asynchronous"),
        one_of_each("", "own_sleeper"),
        one_of_each("", "own_async_sleeper"),
        one_of_each("", "built"),
        one_of_each("", "with_hooks"),
        one_of_each("", "with_context"),
        one_of_each("", "with_limits"),
        one_of_each("billing", "renamed"),
    ]);
}

#[tokio::test]
async fn ad_hoc_calls_and_loops_are_counted_alike() {
    let scrape = scraped_async(async {
        for flaky in flakies() {
            drop(POLICY.call(|| flaky.call()).operation("called").run());
        }
        for flaky in flakies() {
            drop(POLICY.call(|| flaky.call()).operation("wrapped").service("billing").run_wrapped());
        }
        for flaky in flakies() {
            let call = POLICY.call(|| flaky.call()).operation("heard");
            drop(call.on_retry(|_| ()).on_success(|_| ()).on_give_up(|_| ()).run());
        }
        for flaky in flakies() {
            drop(POLICY.call_async(|| flaky.call_async()).operation("awaited").run().await);
        }
        for flaky in flakies() {
            drop(POLICY.call_async(|| flaky.call_async()).operation("awaited_wrapped").run_wrapped().await);
        }
        for flaky in flakies() {
            let mut attempts = POLICY.attempts("looped").service("billing");
            loop {
                attempts.next().await;
                match flaky.call_async().await {
                    Ok(_) => break attempts.succeeded(),
                    Err(error) if attempts.failed(error.clone()).is_err() => break,
                    Err(_) => {}
                }
            }
        }
        for flaky in flakies() {
            let mut attempts = POLICY.attempts("looped_blocking");
            loop {
                attempts.next_blocking();
                match flaky.call() {
                    Ok(_) => break attempts.succeeded(),
                    Err(error) if attempts.failed(error.clone()).is_err() => break,
                    Err(_) => {}
                }
            }
        }
    })
    .await;
    scrape.assert_is([
        one_of_each("", "called"),
        one_of_each("billing", "wrapped"),
        one_of_each("", "heard"),
        one_of_each("", "awaited"),
        one_of_each("", "awaited_wrapped"),
        one_of_each("billing", "looped"),
        one_of_each("", "looped_blocking"),
    ]);
}

#[test]
fn calls_without_a_name_are_named_after_their_method() {
    let scrape = scraped(|| assert_eq!(POLICY.call(|| Ok::<_, Failure>(1)).run(), Ok(1)));
    scrape.assert_is([operation("", "call").attempts([("1", 1)]).succeeded("1", 1).took_real_time(1)]);
}

/// A loop that is left without a word says nothing of its last attempt, but the next one does.
#[test]
fn an_attempt_without_an_outcome_failed() {
    let scrape = scraped(|| {
        let mut attempts = POLICY.attempts("looped");
        attempts.next_blocking();
        attempts.next_blocking();
        drop(attempts);
    });
    scrape.assert_is([operation("", "looped").attempts([("1", 1)]).delayed([0.0])]);
    let scrape = scraped(|| {
        let mut attempts = POLICY.with_max_attempts(1).attempts("looped");
        attempts.next_blocking();
        let next = std::panic::AssertUnwindSafe(|| attempts.next_blocking());
        assert!(std::panic::catch_unwind(next).is_err(), "no attempt is left");
    });
    scrape.assert_is([operation("", "looped")
        .attempts([("1", 1)])
        .gave_up("no_outcome", "attempts exhausted", 1)
        .took_real_time(1)]);
}

trait Service {
    const POLICY: RetryPolicy;
    const NAME: &'static str;
}

struct Mail;
struct Lake;

impl Service for Mail {
    const POLICY: RetryPolicy = POLICY;
    const NAME: &'static str = "mail";
}

impl Service for Lake {
    const POLICY: RetryPolicy = POLICY;
    const NAME: &'static str = "lake";
}

#[retry(policy = S::POLICY, service = S::NAME)]
fn generic<S: Service>(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

struct Client<S>(S);

impl<S: Service> Client<S> {
    #[retry(policy = Self::POLICY, operation = Self::NAME)]
    async fn fetch(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }

    const POLICY: RetryPolicy = S::POLICY;
    const NAME: &'static str = S::NAME;
}

/// Each has its own, though the function is one.
#[tokio::test]
async fn names_that_depend_on_types_are_counted_apart() {
    let scrape = scraped_async(async {
        for flaky in flakies() {
            drop(generic::<Mail>(&flaky));
        }
        for flaky in flakies() {
            drop(generic::<Lake>(&flaky));
        }
        for flaky in flakies() {
            drop(Client(Mail).fetch(&flaky).await);
        }
        for flaky in flakies() {
            drop(Client(Lake).fetch(&flaky).await);
        }
    })
    .await;
    scrape.assert_is([
        one_of_each("mail", "generic"),
        one_of_each("lake", "generic"),
        one_of_each("", "mail"),
        one_of_each("", "lake"),
    ]);
}

mod twin {
    use super::{Failure, Flaky, POLICY, retry};

    #[retry(policy = POLICY)]
    pub(super) fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
}

#[test]
fn functions_of_the_same_names_share_their_series() {
    let scrape = scraped(|| {
        assert_eq!(blocking(&Flaky::failing(0)), Ok(1));
        assert_eq!(twin::blocking(&Flaky::failing(0)), Ok(1));
        assert_eq!(twin::blocking(&Flaky::failing(1)), Ok(2));
        assert_eq!(POLICY.call(|| Flaky::failing(0).call()).operation("blocking").run(), Ok(1));
    });
    scrape.assert_is([operation("", "blocking")
        .attempts([("1", 4), ("2", 1)])
        .succeeded("1", 3)
        .succeeded("2", 1)
        .delayed([0.0])
        .took_real_time(4)]);
}

#[test]
fn a_loop_that_tells_its_success_twice_succeeded_once() {
    let scrape = scraped(|| {
        let mut attempts = POLICY.attempts("told_twice");
        attempts.next_blocking();
        attempts.succeeded();
        attempts.succeeded();
    });
    scrape.assert_is([operation("", "told_twice").attempts([("1", 1)]).succeeded("1", 1).took_real_time(1)]);
}
