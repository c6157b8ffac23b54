//! Every shape of a function, with all that may stand beside the key.

use std::{future::Future, pin::Pin};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use retry_runtime::RetryError;

use super::*;

struct Client {
    flaky: Flaky,
    renewed: u32,
}

impl Client {
    fn failing(failures: u32) -> Self {
        Self { flaky: Flaky::failing(failures), renewed: 0 }
    }

    fn renew(&mut self) {
        self.renewed += 1;
    }

    #[retry(span, sleep = record, before_retry = |_| self.renew())]
    fn blocking(&mut self) -> Result<u32, Failure> {
        self.flaky.call().map(|_| self.renewed)
    }

    #[retry(span, sleep = record_async, before_retry = async |_| self.renew())]
    async fn by_mut(&mut self, add: u32) -> Result<u32, Failure> {
        let attempt = self.flaky.call_async().await;
        attempt.map(|_| self.renewed + add)
    }

    #[retry(span, sleep = record_async, clone(name))]
    async fn by_value(self, name: String) -> Result<String, Failure> {
        self.flaky.call_async().await?;
        Ok(name)
    }

    #[retry(span, sleep = record_async)]
    fn block(&self) -> impl Future<Output = Result<u32, Failure>> + Send {
        async move {
            let attempt = self.flaky.call_async().await?;
            Ok(attempt)
        }
    }

    #[retry(span, sleep = record_async)]
    fn built(&self) -> impl Future<Output = Result<u32, Failure>> {
        tracing::info!("built");
        self.flaky.call_async()
    }

    #[retry(span, sleep = record_async, clone(name))]
    fn boxed(&self, name: String) -> Pin<Box<dyn Future<Output = Result<String, Failure>> + Send + '_>> {
        tracing::info!("built");
        if name.is_empty() {
            return Box::pin(async { Ok(String::new()) });
        }
        Box::pin(async move { self.flaky.call_async().await.map(|_| name) })
    }

    #[retry(span, sleep = record_async)]
    fn pinned(&self) -> BoxFuture<'_, Result<u32, Failure>> {
        Box::pin(async move { self.flaky.call_async().await })
    }
}

#[async_trait]
trait Fetch {
    async fn fetch(&mut self, name: String) -> Result<usize, Failure>;

    #[retry(span, sleep = record_async)]
    async fn by_default(&mut self) -> Result<usize, Failure>
    where
        Self: Send,
    {
        self.fetch(String::new()).await
    }
}

#[async_trait]
impl Fetch for Client {
    #[retry(span, sleep = record_async, before_retry = async |_| self.renew())]
    async fn fetch(&mut self, name: String) -> Result<usize, Failure> {
        self.flaky.call_async().await?;
        Ok(name.len())
    }
}

#[retry(span, sleep = record, wrap_error, context = cx, filter_ok = |attempt| *attempt < 3)]
fn wrapped(flaky: &Flaky) -> Result<u32, RetryError<Failure>> {
    assert_eq!(flaky.call()?, cx.attempt());
    Ok(cx.attempt())
}

#[retry(span, sleep = record_async, wrap_error, context = cx, fallback = async |error| Err(error))]
async fn wrapped_async(flaky: &Flaky) -> Result<impl Iterator<Item = u32> + use<>, RetryError<Failure>> {
    let attempt = flaky.call_async().await?;
    Ok(std::iter::once(cx.attempt().min(attempt)))
}

#[retry(span, sleep = record_async, max_attempts = N)]
async fn generic<const N: u32, T: Clone, E: From<Failure>>(flaky: &Flaky, value: T) -> Result<T, E> {
    flaky.call_async().await?;
    Ok(value.clone())
}

#[retry(span, sleep = record)]
fn borrowed<'a, T: ?Sized>(flaky: &Flaky, value: &'a T) -> Result<&'a T, Failure> {
    flaky.call().map(|_| value)
}

#[retry(span, sleep = record_async)]
async fn boxed_error(flaky: &Flaky) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Ok(flaky.call_async().await?)
}

/// Makes the call with two failures, which must leave one call with three attempts.
macro_rules! assert_three {
    ($client:ident, $call:expr, $($expected:tt)+) => {{
        let (trace, _guard) = Trace::listen();
        #[allow(unused_mut, reason = "some calls change it")]
        let mut $client = Client::failing(2);
        assert!(matches!($call, $($expected)+));
        trace.assert_one_call_of(3);
        trace
    }};
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn blocking_functions() {
    assert_three!(client, client.blocking(), Ok(2));
    assert_three!(client, wrapped(&client.flaky), Ok(3));
    assert_three!(client, borrowed(&client.flaky, "text"), Ok("text"));
}

#[tokio::test]
async fn async_functions() {
    assert_three!(client, sendable(client.by_mut(5)).await, Ok(7));
    assert_three!(client, sendable(client.by_value("name".to_owned())).await, Ok(name) if name == "name");
    assert_three!(client, sendable(wrapped_async(&client.flaky)).await.map(Iterator::sum), Ok(3_u32));
    assert_three!(client, sendable(generic::<3, _, Failure>(&client.flaky, [1])).await, Ok([1]));
    assert_three!(client, sendable(boxed_error(&client.flaky)).await, Ok(3));
}

#[tokio::test]
async fn functions_that_return_a_future() {
    assert_three!(client, sendable(client.block()).await, Ok(3));
    assert_three!(client, sendable(client.pinned()).await, Ok(3));
    let trace = assert_three!(client, sendable(client.built()).await, Ok(3));
    assert_eq!(trace.events().iter().filter(|event| event.starts_with("built in attempt")).count(), 3);
    let trace =
        assert_three!(client, sendable(client.boxed("name".to_owned())).await, Ok(name) if name == "name");
    assert_eq!(trace.events().iter().filter(|event| event.starts_with("built in attempt")).count(), 3);
}

#[tokio::test]
async fn methods_under_async_trait() {
    assert_three!(client, sendable(client.fetch("name".to_owned())).await, Ok(4));
    let (trace, _guard) = Trace::listen();
    assert_eq!(Client::failing(2).by_default().await, Ok(0));
    let names: Vec<_> = trace.calls().iter().map(|call| call.field("otel.name").map(str::to_owned)).collect();
    assert_eq!(names, [Some("by_default".to_owned()), Some("fetch".to_owned())]);
}

#[retry(span, sleep = record_async)]
#[tracing::instrument(skip_all)]
async fn below(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tracing::instrument(skip_all)]
#[retry(span, sleep = record_async)]
async fn above(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn the_call_is_a_child_of_the_functions_own_span_on_either_side() {
    for is_above in [true, false] {
        let (trace, _guard) = Trace::listen();
        let flaky = Flaky::failing(1);
        assert_eq!(if is_above { above(&flaky).await } else { below(&flaky).await }, Ok(2));
        let parents: Vec<_> = trace.spans().iter().map(|span| (span.name, span.parent)).collect();
        let function = if is_above { "above" } else { "below" };
        assert_eq!(
            parents,
            [(function, None), ("retry", Some(0)), ("attempt", Some(1)), ("attempt", Some(1))]
        );
    }
}
