//! Ordinary functions, one of each shape, under the strictest lints.

use std::{future::Future, pin::Pin, sync::Arc};

use retry_runtime::{CancelToken, Context, Elapsed, Event, RetryError, RetryPolicy, Verdict, retry};
use retry_tests::{Failure, Flaky};

/// A policy of the user's own.
pub(crate) const OWN: RetryPolicy = RetryPolicy::DEFAULT.with_initial_delay(std::time::Duration::ZERO);

const ATTEMPTS: u32 = 3;

/// Documented.
#[retry(policy = OWN, max_attempts = ATTEMPTS)]
pub(crate) fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

/// Documented.
#[retry(initial_delay = "0s", filter = |error: &Failure| error.0 < 9)]
#[must_use = "the answer"]
#[inline]
pub(crate) async fn awaited(flaky: &Flaky, text: &str) -> Result<String, Failure> {
    let attempt = flaky.call_async().await?;
    Ok(format!("{text}{attempt}"))
}

#[retry(initial_delay = "0s")]
fn returns_future(flaky: &Flaky) -> impl Future<Output = Result<u32, Failure>> + Send {
    async move { flaky.call_async().await }
}

#[retry(initial_delay = "0s")]
fn returns_boxed(flaky: &Flaky) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send + '_>> {
    Box::pin(async move { flaky.call_async().await })
}

fn judge(error: &Failure) -> Verdict {
    if error.0 < 9 { Verdict::TRANSIENT } else { Verdict::PERMANENT }
}

fn count(event: &Event<'_, Failure>) {
    assert!(event.attempt > 0);
}

fn prepare(context: Context<'_>) {
    assert!(context.attempt() > 1);
}

async fn prepare_async(context: Context<'_>) -> Result<(), Failure> {
    tokio::task::yield_now().await;
    if context.attempt() > 1 { Ok(()) } else { Err(Failure(0)) }
}

#[derive(Clone)]
struct Request(String);

#[retry(initial_delay = "0s")]
fn fills(flaky: &Flaky, buffer: &mut Vec<u32>) -> Result<usize, Failure> {
    buffer.push(flaky.call()?);
    Ok(buffer.len())
}

#[retry(initial_delay = "0s")]
async fn fills_async(flaky: &Flaky, buffer: &mut Vec<u32>, owned: Vec<Request>) -> Result<usize, Failure> {
    buffer.push(flaky.call_async().await?);
    Ok(buffer.len() + owned.len())
}

struct Client {
    flaky: Flaky,
}

impl Client {
    #[retry(
        aggressive,
        initial_delay = "0s",
        filter = judge,
        on_retry = count,
        on_success = count,
        on_give_up = count,
        before_retry = prepare,
        clone(request),
        context = attempt
    )]
    fn send(&self, request: Request) -> Result<String, Failure> {
        let number = self.flaky.call()?;
        Ok(request.0 + &number.to_string() + attempt.operation())
    }

    #[retry(initial_delay = "0s", wrap_error, before_retry = prepare_async, max_total_delay = "1s")]
    async fn send_async(
        &mut self,
        request: Request,
        mut seen: Vec<u8>,
    ) -> Result<String, RetryError<Failure>> {
        seen.push(1);
        self.flaky.call_async().await?;
        Ok(request.0.clone())
    }

    #[retry(initial_delay = "0s", clone(self))]
    fn consume(self: Arc<Self>) -> Result<Arc<Self>, Failure> {
        self.flaky.call()?;
        Ok(self)
    }

    #[retry(initial_delay = "0s")]
    async fn generic<T: AsRef<str> + Send>(&self, text: T) -> Result<usize, Failure> {
        self.flaky.call_async().await?;
        Ok(text.as_ref().len())
    }
}

/// Documented.
#[retry(span, policy = OWN)]
pub(crate) fn blocking_with_spans(flaky: &Flaky, mut buffer: Vec<u32>) -> Result<usize, Failure> {
    buffer.push(flaky.call()?);
    Ok(buffer.len())
}

/// Documented.
#[retry(
    span = true,
    initial_delay = "0s",
    filter = judge,
    on_retry = count,
    on_success = count,
    before_retry = prepare_async,
    clone(request),
    context = attempt
)]
pub(crate) async fn awaited_with_spans(
    flaky: &Flaky,
    request: String,
    buffer: &mut Vec<u32>,
    mut owned: Vec<u32>,
) -> Result<String, Failure> {
    owned.push(attempt.attempt());
    buffer.push(flaky.call_async().await?);
    Ok(request)
}

/// Documented.
#[retry(attempt_timeout = "5s", deadline = LIMIT, cancel = stop, initial_delay = "0s")]
pub(crate) async fn limited(flaky: &Flaky, text: &str, stop: &CancelToken) -> std::io::Result<String> {
    let attempt = flaky.call_async().await.map_err(std::io::Error::other)?;
    Ok(format!("{text}{attempt}"))
}

const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

fn late(elapsed: Elapsed) -> Failure {
    assert!(!elapsed.is_deadline());
    Failure(0)
}

#[retry(
    attempt_timeout = "5s",
    timeout_error = late,
    deadline_from = until,
    initial_delay = "0s",
    on_retry = count,
    on_give_up = count,
    before_retry = prepare_async,
    clone(request)
)]
async fn limited_by_caller(
    flaky: &Flaky,
    request: Request,
    until: std::time::Instant,
) -> Result<String, Failure> {
    flaky.call_async().await?;
    Ok(request.0)
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", wrap_error, filter_ok = |value| *value == 0, on_retry = count)]
async fn limited_and_wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s", cancel = stop, on_give_up = count, filter_ok = |value| *value == 0)]
fn until_cancelled(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn blocking_functions_are_retried() {
    assert_eq!(until_cancelled(&Flaky::failing(2), &CancelToken::new()), Ok(3));
    assert_eq!(blocking(&Flaky::failing(2)), Ok(3));
    assert_eq!(blocking_with_spans(&Flaky::failing(2), vec![]), Ok(1));
    let client = Client { flaky: Flaky::failing(2) };
    assert_eq!(client.send(Request("r".into())).as_deref(), Ok("r3send"));
    assert_eq!(fills(&Flaky::failing(2), &mut vec![]), Ok(1));
    let client = Arc::new(Client { flaky: Flaky::failing(2) });
    assert!(client.consume().is_ok());
}

#[tokio::test]
async fn async_functions_are_retried() {
    assert_eq!(awaited(&Flaky::failing(2), "n").await.as_deref(), Ok("n3"));
    let spanned = awaited_with_spans(&Flaky::failing(2), "r".into(), &mut vec![], vec![]).await;
    assert_eq!(spanned.as_deref(), Ok("r"));
    assert_eq!(returns_future(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(returns_boxed(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(fills_async(&Flaky::failing(2), &mut vec![], vec![]).await, Ok(1));
    let mut client = Client { flaky: Flaky::failing(2) };
    assert!(client.send_async(Request("r".into()), vec![]).await.is_ok());
    assert_eq!(client.generic("four").await, Ok(4));
    let (flaky, stop) = (Flaky::failing(2), CancelToken::new());
    assert_eq!(limited(&flaky, "n", &stop).await.ok().as_deref(), Some("n3"));
    let until = std::time::Instant::now() + LIMIT;
    let sent = limited_by_caller(&Flaky::failing(2), Request("r".into()), until).await;
    assert_eq!(sent.as_deref(), Ok("r"));
    assert_eq!(limited_and_wrapped(&Flaky::failing(2)).await.ok(), Some(3));
}
