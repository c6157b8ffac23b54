//! `deadline_from`: a caller's own deadline.

use std::{cell::Cell, future::pending, time::Duration};

use async_trait::async_trait;
use retry_runtime::{Elapsed, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::{Instant, sleep};

use crate::error::Error;

const SECOND: Duration = Duration::from_secs(1);

#[retry(deadline_from = end, initial_delay = "1s", jitter = none, wrap_error)]
async fn until(end: Instant, flaky: &Flaky) -> Result<u32, RetryError<Error>> {
    sleep(SECOND).await;
    Ok(flaky.call()?)
}

#[tokio::test(start_paused = true)]
async fn it_is_obeyed() {
    let error = until(Instant::now() + SECOND * 3, &Flaky::failing(9)).await.expect_err("flaky");
    assert_eq!((error.attempts(), error.reason()), (2, StopReason::Deadline));
    let error =
        until(Instant::now() + Duration::from_millis(2_500), &Flaky::failing(9)).await.expect_err("late");
    assert_eq!((error.attempts(), error.elapsed()), (2, Duration::from_millis(2_500)));
    assert_eq!(error.into_last_error(), Some(Error::Failed(1)));
    assert_eq!(until(Instant::now() + SECOND * 60, &Flaky::failing(2)).await.ok(), Some(3));
}

#[tokio::test(start_paused = true)]
async fn already_past_the_body_does_not_run() {
    let end = Instant::now();
    for after in [0, 5] {
        sleep(SECOND * after).await;
        let flaky = Flaky::failing(0);
        let error = until(end, &flaky).await.expect_err("too late");
        assert_eq!((flaky.attempts(), error.attempts(), error.reason()), (0, 0, StopReason::Deadline));
        let elapsed = Elapsed::deadline(Duration::ZERO);
        assert_eq!(
            error.to_string().split_once(": ").map(|(before, _)| before),
            Some("gave up after 0 attempts (deadline)")
        );
        assert!(
            matches!(error.into_last_error(), Some(Error::TimedOut(found)) if found.limit() == elapsed.limit())
        );
    }
}

#[retry(deadline_from = end, wrap_error, clone(noted))]
fn built(end: Instant, noted: Noted) -> impl Future<Output = Result<u32, RetryError<Failure>>> {
    let seen = noted.0.get();
    async move { Ok(seen) }
}

#[derive(Default)]
struct Noted(Cell<u32>);

impl Clone for Noted {
    fn clone(&self) -> Self {
        unreachable!("cloned for an attempt that is not made")
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_attempt_is_made() {
    let error = built(Instant::now(), Noted::default()).await.expect_err("too late");
    assert_eq!((error.attempts(), error.last_error()), (0, None));
}

#[retry(deadline_from = end, deadline = "10s")]
async fn of_std(end: Option<std::time::Instant>) -> Result<u32, Error> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn the_nearer_one_wins() {
    let now = Instant::now();
    let limit = |outcome| match outcome {
        Err(Error::TimedOut(elapsed)) => elapsed.limit(),
        _ => unreachable!(),
    };
    assert_eq!(limit(of_std(Some((now + SECOND * 4).into_std())).await), SECOND * 4);
    assert_eq!(limit(of_std(Some((now + SECOND * 40).into_std())).await), SECOND * 10);
    assert_eq!(limit(of_std(None).await), SECOND * 10);
}

#[retry(deadline_from = { *evaluated += 1; Instant::now() + SECOND * 9 }, initial_delay = "1s", jitter = none)]
async fn evaluated_once(evaluated: &mut u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn the_expression_is_evaluated_once_a_call() {
    let mut evaluated = 0;
    assert_eq!(evaluated_once(&mut evaluated, &Flaky::failing(2)).await, Ok(3));
    assert_eq!(evaluated, 1);
}

#[derive(Clone, Copy)]
struct Request {
    deadline: Instant,
}

#[retry(deadline = "10s", initial_delay = "1s", jitter = none)]
async fn outer(calls: &mut Vec<u32>) -> Result<u32, Error> {
    let request = Request { deadline: Instant::now() + SECOND * 4 };
    calls.push(0);
    inner(request, calls).await
}

#[retry(deadline_from = request.deadline, initial_delay = "1s", jitter = none)]
async fn inner(request: Request, calls: &mut Vec<u32>) -> Result<u32, Error> {
    if let Some(last) = calls.last_mut() {
        *last += 1;
    }
    sleep(SECOND * 2).await;
    Err(Error::Failed(7))
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_passed_on_inward() {
    let (start, mut calls) = (Instant::now(), vec![]);
    assert_eq!(outer(&mut calls).await, Err(Error::Failed(7)));
    // Two attempts of the inner one, cut at 4 s; a second of rest; the same again, to 9 s; no third wait.
    assert_eq!((calls, start.elapsed()), (vec![2, 2], SECOND * 9));
}

#[async_trait]
trait Fetch {
    async fn fetch(self) -> Result<u32, Error>;
}

#[async_trait]
impl Fetch for Request {
    #[retry(deadline_from = self.deadline)]
    async fn fetch(self) -> Result<u32, Error> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn it_may_name_self() {
    let start = Instant::now();
    assert!(Request { deadline: start + SECOND * 3 }.fetch().await.is_err());
    assert_eq!(start.elapsed(), SECOND * 3);
}
