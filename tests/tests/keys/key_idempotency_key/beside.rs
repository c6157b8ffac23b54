//! Beside the other keys of the attribute.

use std::{cell::RefCell, pin::pin, time::Duration};

use retry_runtime::{
    AdaptiveRate, CancelToken, CircuitBreaker, ConflictReason, Context, Event, RetryBudget, RetryError,
    StopReason, retry,
};
use retry_tests::{Failure, Flaky, record, recorded_waits};

use super::{Error, begin};

#[retry(
    operation = "with_context",
    idempotency_key = format!("order-{order}"),
    context = cx,
    initial_delay = "0s",
    before_retry = |cx| prepare(cx, seen)
)]
fn with_context(order: u32, seen: &RefCell<Vec<String>>, flaky: &Flaky) -> Result<String, Error> {
    flaky.call()?;
    Ok(format!("{}: {}", cx.attempt(), cx.idempotency_key().unwrap_or_default()))
}

fn prepare(cx: Context<'_>, seen: &RefCell<Vec<String>>) {
    seen.borrow_mut().extend(cx.idempotency_key().map(ToOwned::to_owned));
}

#[retry(operation = "with_context_async", idempotency_key = order, context = cx)]
async fn with_context_async(order: u32) -> Result<String, Error> {
    tokio::task::yield_now().await;
    Ok(cx.idempotency_key().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn body_and_hook_can_read_the_key() {
    let seen = RefCell::default();
    assert_eq!(with_context(7, &seen, &Flaky::failing(1)).as_deref(), Ok("2: order-7"));
    assert_eq!(seen.into_inner(), ["order-7"]);
    assert_eq!(with_context_async(7).await.as_deref(), Ok("7"));
}

#[retry(operation = "with_filter_ok", idempotency_key = order, filter_ok = |attempt| *attempt < wanted, sleep = record)]
fn with_filter_ok(order: u32, wanted: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn a_value_that_was_turned_down_is_not_kept() {
    let flaky = Flaky::failing(0);
    assert_eq!(with_filter_ok(1, 9, &flaky), Ok(3), "the last one, turned down");
    assert_eq!(with_filter_ok(1, 5, &flaky), Ok(5));
    assert_eq!(with_filter_ok(1, 9, &flaky), Ok(5), "the one that was kept");
    assert_eq!(recorded_waits().len(), 3);
}

#[retry(operation = "with_fallback", idempotency_key = order, initial_delay = "0s", fallback = |_| Ok(0))]
fn with_fallback(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(operation = "with_fallback_async", idempotency_key = order, initial_delay = "0s", fallback = async |_| Ok(0))]
async fn with_fallback_async(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test]
async fn a_fallbacks_answer_is_not_kept() {
    let flaky = Flaky::failing(3);
    assert_eq!(with_fallback(1, &flaky), Ok(0));
    assert_eq!(with_fallback(1, &flaky), Ok(4));
    assert_eq!(with_fallback(1, &Flaky::failing(9)), Ok(4));
    let flaky = Flaky::failing(3);
    assert_eq!(with_fallback_async(1, &flaky).await, Ok(0));
    assert_eq!(with_fallback_async(1, &flaky).await, Ok(4));
    assert_eq!(with_fallback_async(1, &Flaky::failing(9)).await, Ok(4));
}

static LAKE: CircuitBreaker = CircuitBreaker::new("keyed_lake").with_consecutive_failures(3);
static PURSE: RetryBudget = RetryBudget::token_bucket("keyed_purse");
static RATE: AdaptiveRate = AdaptiveRate::new("keyed_rate");

#[retry(
    operation = "with_guards",
    idempotency_key = order,
    initial_delay = "0s",
    max_attempts = 9,
    budget = PURSE,
    circuit_breaker = LAKE,
    adaptive = RATE
)]
async fn with_guards(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn guards_decide_as_ever() {
    assert_eq!(with_guards(1, &Flaky::failing(1)).await, Ok(2));
    let failing = Flaky::failing(9);
    assert_eq!(with_guards(1, &failing).await, Ok(2));
    assert_eq!(failing.attempts(), 0);
    // The circuit opens, and refuses the attempts of a key that is free.
    let full = PURSE.balance();
    assert!(with_guards(2, &failing).await.is_err());
    assert!(PURSE.balance() < full, "a retry has its price");
    let refused = Flaky::failing(0);
    assert_eq!(with_guards_now(2, &refused).await, Err(Error::Open));
    assert_eq!(refused.attempts(), 0);
    // What is known needs no attempt.
    assert_eq!(with_guards_now(1, &refused).await, Ok(2));
    tokio::time::advance(Duration::from_secs(600)).await;
    assert_eq!(with_guards_now(2, &refused).await, Ok(1), "its key was not lost");
}

#[retry(operation = "with_guards", idempotency_key = order, max_attempts = 1, circuit_breaker = LAKE)]
async fn with_guards_now(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

thread_local! {
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn tell<E: std::fmt::Debug + ?Sized>(hook: &str, event: &Event<'_, E>) {
    let told = format!("{hook} {} {:?} {:?}", event.attempt, event.reason, event.error);
    TOLD.with_borrow_mut(|all| all.push(told));
}

#[retry(
    operation = "with_hooks",
    idempotency_key = order,
    max_retry_after = "1s",
    initial_delay = "0s",
    on_retry = |event| tell("retry", event),
    on_success = |event| tell("success", event),
    on_give_up = |event| tell("give up", event)
)]
async fn with_hooks(order: u32, flaky: &Flaky, time: Duration) -> Result<u32, Failure2> {
    tokio::time::sleep(time).await;
    Ok(flaky.call()?)
}

/// An error whose text is short.
#[derive(Debug, PartialEq, Eq)]
enum Failure2 {
    Failed,
    Conflict,
}

impl From<Failure> for Failure2 {
    fn from(_: Failure) -> Self {
        Self::Failed
    }
}

impl From<retry_runtime::IdempotencyConflict> for Failure2 {
    fn from(_: retry_runtime::IdempotencyConflict) -> Self {
        Self::Conflict
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_are_told_of_attempts_and_of_a_conflict() {
    assert_eq!(with_hooks(1, &Flaky::failing(1), Duration::ZERO).await, Ok(2));
    assert_eq!(TOLD.take(), ["retry 1 None Some(Failed)", "success 2 None None"]);
    assert_eq!(with_hooks(1, &Flaky::failing(1), Duration::ZERO).await, Ok(2));
    assert_eq!(TOLD.take(), [""; 0], "a stored result is nobody's attempt");
    let flaky = Flaky::failing(0);
    let mut owner = pin!(with_hooks(2, &flaky, Duration::from_secs(600)));
    begin(owner.as_mut());
    assert_eq!(with_hooks(2, &Flaky::failing(0), Duration::ZERO).await, Err(Failure2::Conflict));
    assert_eq!(TOLD.take(), ["give up 0 Some(IdempotencyConflict) Some(Conflict)"]);
}

#[retry(operation = "with_wrapper", idempotency_key = order, max_retry_after = "1s", initial_delay = "0s", wrap_error)]
async fn with_wrapper(order: u32, flaky: &Flaky, time: Duration) -> Result<u32, RetryError<Failure>> {
    tokio::time::sleep(time).await;
    flaky.call()
}

#[retry(operation = "with_wrapper", idempotency_key = order, max_retry_after = "20ms", wrap_error)]
fn with_wrapper_blocking(order: u32, flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn a_wrapper_says_that_no_attempt_was_made() {
    assert_eq!(with_wrapper(1, &Flaky::failing(1), Duration::ZERO).await, Ok(2));
    assert_eq!(with_wrapper(1, &Flaky::failing(9), Duration::ZERO).await, Ok(2));
    let flaky = Flaky::failing(0);
    let mut owner = pin!(with_wrapper(2, &flaky, Duration::from_secs(600)));
    begin(owner.as_mut());
    let waiter = with_wrapper(2, &Flaky::failing(0), Duration::ZERO).await;
    for error in [waiter, with_wrapper_blocking(2, &Flaky::failing(0))] {
        let error = error.expect_err("the key is the owner's");
        assert_eq!((error.attempts(), error.reason()), (0, StopReason::IdempotencyConflict));
        assert_eq!(error.last_error(), None, "there is none of an attempt");
    }
}

#[retry(
    operation = "with_limits",
    idempotency_key = order,
    attempt_timeout = "1s",
    deadline = "10s",
    cancel = stop,
    span,
    on_retry = |_| (),
    initial_delay = "0s"
)]
async fn with_limits(order: u32, stop: &CancelToken, time: Duration) -> Result<u32, Error> {
    tokio::time::sleep(time).await;
    Ok(order)
}

#[tokio::test(start_paused = true)]
async fn limits_of_time_and_spans_are_as_ever() {
    let stop = CancelToken::new();
    assert_eq!(with_limits(1, &stop, Duration::from_secs(2)).await, Err(Error::TimedOut));
    assert_eq!(with_limits(1, &stop, Duration::ZERO).await, Ok(1));
    assert_eq!(with_limits(1, &stop, Duration::from_secs(2)).await, Ok(1));
}

static SEA: CircuitBreaker = CircuitBreaker::new("keyed_sea");

/// All that may end a call while it has no outcome of its own.
#[retry(
    operation = "with_everything",
    idempotency_key = order,
    max_retry_after = "1s",
    attempt_timeout = "1s",
    deadline = "10s",
    cancel = stop,
    circuit_breaker = SEA,
    adaptive = RATE,
    filter_ok = |_| false,
    wrap_error,
    span,
    context = cx,
    initial_delay = "0s",
    fallback = async |error| Err(error)
)]
async fn with_everything(order: u32, stop: &CancelToken, time: Duration) -> Result<u32, RetryError<Failure>> {
    tokio::time::sleep(time).await;
    Ok(cx.idempotency_key().map_or(0, |key| key.len() as u32))
}

#[retry(
    operation = "with_everything",
    idempotency_key = order,
    max_retry_after = "20ms",
    cancel = stop,
    circuit_breaker = SEA,
    filter_ok = |_| false,
    wrap_error,
    fallback = |error| Err(error)
)]
fn with_everything_blocking(order: u32, stop: &CancelToken) -> Result<u32, RetryError<Failure>> {
    Ok(order)
}

#[tokio::test(start_paused = true)]
async fn all_of_them_go_together() {
    let stop = CancelToken::new();
    let reason = |outcome: Result<u32, RetryError<Failure>>| outcome.expect_err("it fails").reason();
    assert_eq!(
        reason(with_everything(1, &stop, Duration::from_secs(2)).await),
        StopReason::AttemptsExhausted
    );
    let mut owner = pin!(with_everything(1, &stop, Duration::from_millis(900)));
    begin(owner.as_mut());
    assert_eq!(reason(with_everything_blocking(1, &stop)), StopReason::IdempotencyConflict);
    stop.cancel();
    assert_eq!(reason(with_everything(1, &stop, Duration::ZERO).await), StopReason::IdempotencyConflict);
    assert_eq!(owner.await, Ok(1));
    assert_eq!(with_everything_blocking(1, &stop), Ok(1));
}

/// The policy says how long results count.
#[cfg(feature = "settings")]
mod computed {
    use retry_runtime::RetryPolicy;

    use super::*;

    #[retry(policy_from = policy, operation = "with_computed", idempotency_key = order)]
    async fn with_computed(order: u32, policy: RetryPolicy, flaky: &Flaky) -> Result<u32, Error> {
        Ok(flaky.call_async().await?)
    }

    #[tokio::test(start_paused = true)]
    async fn a_computed_policy_says_how_long_a_result_counts() {
        let (second, flaky) = (Duration::from_secs(1), Flaky::failing(0));
        let policy = RetryPolicy::DEFAULT.with_idempotency_ttl(second);
        assert_eq!(with_computed(1, policy, &flaky).await, Ok(1));
        assert_eq!(with_computed(1, RetryPolicy::DEFAULT, &flaky).await, Ok(1));
        tokio::time::advance(second).await;
        assert_eq!(with_computed(1, RetryPolicy::DEFAULT, &flaky).await, Ok(2));
    }
}

#[retry(operation = "with_deadline", idempotency_key = order, deadline = "5s")]
async fn with_deadline(order: u32, time: Duration) -> Result<u32, Error> {
    tokio::time::sleep(time).await;
    Ok(order)
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_ends_the_owner_frees_the_key() {
    let outcomes = tokio::join!(with_deadline(1, Duration::from_secs(6)), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        with_deadline(1, Duration::ZERO).await
    });
    assert_eq!(outcomes, (Err(Error::TimedOut), Ok(1)));
    let mut owner = pin!(with_deadline(2, Duration::from_secs(4)));
    begin(owner.as_mut());
    let conflict = Err(Error::Conflict(ConflictReason::Running));
    assert_eq!(with_deadline(2, Duration::ZERO).await, conflict, "nobody polls the owner");
}
