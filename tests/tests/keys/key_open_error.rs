//! `open_error`: what an attempt becomes that a circuit breaker refused.

use std::time::Duration;

use retry_runtime::{CircuitBreaker, CircuitOpen, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::Instant;

use crate::{
    error::Error,
    key_circuit_breaker::{fragile, open},
};

/// Cannot express it by itself.
#[derive(Debug, PartialEq, Eq)]
enum Own {
    Failed(u32),
    Down { breaker: &'static str, for_another: Duration },
}

impl From<Failure> for Own {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.0)
    }
}

fn down(open: CircuitOpen) -> Own {
    Own::Down { breaker: open.breaker(), for_another: open.retry_after() }
}

#[retry(max_attempts = 1, circuit_breaker = breaker, open_error = down)]
async fn by_path(breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(1)
}

#[retry(max_attempts = 1, circuit_breaker = breaker, open_error = |open| Own::Down {
    breaker: open.breaker(),
    for_another: open.retry_after() * factor,
})]
async fn by_closure(factor: u32, breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(1)
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_path_or_a_closure_makes_the_error() {
    let breaker = open().await;
    let error = |for_another| Err(Own::Down { breaker: "lake", for_another });
    assert_eq!(by_path(&breaker).await, error(SECOND * 30));
    assert_eq!(by_closure(2, &breaker).await, error(SECOND * 60));
}

/// Two minutes are longer than a call waits.
const fn long_open() -> CircuitBreaker {
    fragile().with_open_time(Duration::from_secs(120))
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = down)]
fn by_path_blocking(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(flaky.call()?)
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = |_| Own::Failed(flaky.attempts()))]
fn by_closure_blocking(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(flaky.call()?)
}

#[test]
fn it_does_in_blocking_functions_too() {
    let error = by_path_blocking(&Flaky::failing(9), &long_open());
    assert!(matches!(error, Err(Own::Down { breaker: "lake", .. })), "{error:?}");
    assert_eq!(by_closure_blocking(&Flaky::failing(9), &long_open()), Err(Own::Failed(2)));
}

#[tokio::test(start_paused = true)]
async fn a_call_may_wait_all_the_same() {
    let start = Instant::now();
    assert_eq!(waiting(&Flaky::failing(2), &fragile()).await, Ok(3));
    assert_eq!(start.elapsed(), SECOND * 30);
}

#[retry(
    max_attempts = 4,
    initial_delay = "0s",
    jitter = none,
    circuit_breaker = breaker,
    open_error = |_| Own::Failed(77),
)]
async fn waiting(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(flaky.call_async().await?)
}

#[retry(max_attempts = 1, circuit_breaker = breaker, open_error = |_| Error::Failed(77))]
async fn instead_of_from(breaker: &CircuitBreaker) -> Result<u32, Error> {
    Ok(1)
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = |_| Failure(77), wrap_error)]
async fn wrapped(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn it_comes_before_the_other_ways() {
    assert_eq!(instead_of_from(&open().await).await, Err(Error::Failed(77)));
    let error = wrapped(&Flaky::failing(9), &long_open()).await.expect_err("open");
    assert_eq!((error.last_error(), error.reason()), (Some(&Failure(77)), StopReason::CircuitOpen));
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

#[retry(
    max_attempts = 4,
    circuit_breaker = breaker,
    open_error = |_| "no entry".into(),
    on_retry = |event| seen.push((event.error.map(ToString::to_string), event.circuit_open.is_some())),
    on_give_up = |event| seen.push((event.error.map(ToString::to_string), event.circuit_open.is_some())),
)]
async fn boxed(
    seen: &mut Vec<(Option<String>, bool)>,
    flaky: &Flaky,
    breaker: &CircuitBreaker,
) -> Result<u32, BoxedError> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn hooks_are_given_what_it_made() {
    let (mut seen, breaker) = (vec![], fragile());
    let error = boxed(&mut seen, &Flaky::failing(9), &breaker).await.expect_err("flaky");
    assert_eq!(error.to_string(), "attempt 3 failed");
    assert!(boxed(&mut seen, &Flaky::failing(9), &breaker).await.is_err());
    let expected = [
        ("attempt 1 failed", false),
        ("attempt 2 failed", false),
        ("no entry", true),
        ("attempt 3 failed", false),
        ("no entry", true),
    ];
    assert_eq!(seen, expected.map(|(error, is_open)| (Some(error.to_owned()), is_open)));
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = down, fallback = |error| {
    if matches!(error, Own::Down { .. }) { Ok(7) } else { Err(error) }
})]
fn with_fallback(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(flaky.call()?)
}

#[test]
fn a_fallback_is_given_what_it_made() {
    assert_eq!(with_fallback(&Flaky::failing(9), &long_open()), Ok(7));
}

struct Client {
    name: u32,
    breaker: CircuitBreaker,
}

impl Client {
    const fn express(&self, _: CircuitOpen) -> Own {
        Own::Failed(self.name)
    }

    fn down(_: CircuitOpen) -> Own {
        Own::Failed(0)
    }

    #[retry(initial_delay = "0s", circuit_breaker = self.breaker, open_error = |open| self.express(open))]
    fn by_method(&self, flaky: &Flaky) -> Result<u32, Own> {
        Ok(flaky.call()?)
    }

    #[retry(initial_delay = "0s", circuit_breaker = self.breaker, open_error = Self::down)]
    async fn by_association(&self, flaky: &Flaky) -> Result<u32, Own> {
        Ok(flaky.call_async().await?)
    }

    #[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = |open| { self.name += 1; self.express(open) })]
    async fn changing(&mut self, flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Own> {
        self.name += 10;
        Ok(flaky.call_async().await?)
    }
}

#[tokio::test]
async fn it_may_ask_self() {
    let client = || Client { name: 5, breaker: long_open() };
    assert_eq!(client().by_method(&Flaky::failing(9)), Err(Own::Failed(5)));
    assert_eq!(client().by_association(&Flaky::failing(9)).await, Err(Own::Failed(0)));
    // Two attempts, then it.
    assert_eq!(client().changing(&Flaky::failing(9), &long_open()).await, Err(Own::Failed(26)));
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, context = cx, open_error = |_| Own::Failed(cx.attempt()))]
async fn with_context(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Own> {
    Ok(flaky.call_async().await?)
}

#[tokio::test]
async fn it_sees_the_context() {
    assert_eq!(with_context(&Flaky::failing(9), &long_open()).await, Err(Own::Failed(3)));
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = convert)]
async fn generic<E>(
    flaky: &Flaky,
    breaker: &CircuitBreaker,
    convert: impl Fn(CircuitOpen) -> E,
    fail: impl Fn(u32) -> E,
) -> Result<u32, E> {
    flaky.call_async().await.map_err(|failure| fail(failure.0))
}

#[tokio::test]
async fn an_argument_may_be_it() {
    let error = generic(&Flaky::failing(9), &long_open(), |_| 77, |attempt| attempt).await;
    assert_eq!(error, Err(77));
}
