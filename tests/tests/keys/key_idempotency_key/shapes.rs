//! Every shape of function.

use std::{fmt::Display, future::Future, pin::Pin, rc::Rc};

use async_trait::async_trait;
use retry_runtime::retry;
use retry_tests::Flaky;
use serde::{Serialize, de::DeserializeOwned};

use super::Error;

type Outcome<T> = Result<T, Error>;

struct Client {
    flaky: Flaky,
    calls: u32,
    name: &'static str,
}

impl Client {
    fn new(name: &'static str) -> Self {
        Self { flaky: Flaky::failing(1), calls: 0, name }
    }
}

impl Client {
    #[retry(operation = "shape_by_reference", idempotency_key = self.name, initial_delay = "0s")]
    fn by_reference(&self) -> Outcome<u32> {
        Ok(self.flaky.call()?)
    }

    #[retry(operation = "shape_by_mutable_reference", idempotency_key = self.name, initial_delay = "0s")]
    fn by_mutable_reference(&mut self) -> Outcome<u32> {
        self.calls += 1;
        Ok(self.flaky.call()?)
    }

    #[retry(operation = "shape_mut_async", idempotency_key = format!("{}-{order}", self.name), initial_delay = "0s")]
    async fn by_mutable_reference_async(&mut self, order: u32) -> Outcome<u32> {
        self.calls += 1;
        Ok(self.flaky.call_async().await?)
    }

    #[retry(operation = "shape_future", idempotency_key = self.name, initial_delay = "0s")]
    fn future(&self) -> impl Future<Output = Outcome<u32>> + Send {
        async move { Ok(self.flaky.call_async().await?) }
    }

    #[retry(operation = "shape_boxed", idempotency_key = self.name, initial_delay = "0s")]
    fn boxed(&self) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + '_>> {
        let flaky = &self.flaky;
        Box::pin(async move { Ok(flaky.call_async().await?) })
    }

    #[retry(operation = "shape_option", idempotency_key = self.name, initial_delay = "0s")]
    fn option(&self) -> Outcome<Option<u32>> {
        let attempt = self.flaky.call()?;
        Ok((attempt > 9).then_some(attempt))
    }

    #[retry(operation = "shape_early", idempotency_key = self.name, initial_delay = "0s")]
    async fn early(&self) -> Outcome<u32> {
        let attempt = self.flaky.call_async().await?;
        if attempt > 1 {
            return Ok(attempt);
        }
        Ok(0)
    }
}

#[tokio::test]
async fn methods_and_futures_run_once_for_each_key() {
    for _ in 0..2 {
        // Each is new, and would fail once and say 2: the second round is told what the first one said.
        let (mut client, mut other) = (Client::new("a"), Client::new("a"));
        assert_eq!(client.by_reference(), Ok(2));
        assert_eq!(other.by_mutable_reference(), Ok(2));
        assert_eq!(Client::new("a").by_mutable_reference_async(1).await, Ok(2));
        assert_eq!(Client::new("a").future().await, Ok(2));
        assert_eq!(Client::new("a").boxed().await, Ok(2));
        assert_eq!(Client::new("a").option(), Ok(None));
        assert_eq!(Client::new("a").early().await, Ok(2));
        let flaky = Flaky::failing(9);
        client.flaky = flaky;
        assert_eq!(client.by_reference(), Ok(2));
        assert_eq!(client.flaky.attempts(), 0);
    }
    let mut client = Client::new("b");
    assert_eq!(client.by_mutable_reference_async(1).await, Ok(2));
    assert_eq!(client.by_mutable_reference_async(1).await, Ok(2));
    assert_eq!(client.calls, 2);
    assert_eq!(client.by_mutable_reference_async(2).await, Ok(3));
}

#[async_trait]
trait Store {
    async fn put(&mut self, name: String, flaky: &Flaky) -> Outcome<u32>;
}

#[async_trait]
impl Store for Client {
    #[retry(operation = "shape_async_trait", idempotency_key = format!("{}/{name}", self.name), initial_delay = "0s")]
    async fn put(&mut self, name: String, flaky: &Flaky) -> Outcome<u32> {
        self.calls += 1;
        let _ = &name;
        Ok(flaky.call_async().await?)
    }
}

#[tokio::test]
async fn async_trait_does_too() {
    let (mut client, flaky) = (Client::new("a"), Flaky::failing(1));
    assert_eq!(client.put("x".to_owned(), &flaky).await, Ok(2));
    assert_eq!(client.put("x".to_owned(), &flaky).await, Ok(2));
    assert_eq!((client.calls, flaky.attempts()), (2, 2));
    assert_eq!(client.put("y".to_owned(), &flaky).await, Ok(3));
}

#[retry(operation = "shape_generic", idempotency_key = key, clone(value))]
fn generic<'a, K, T, const N: usize>(key: &'a K, value: [T; N], flaky: &Flaky) -> Outcome<Vec<T>>
where
    K: Display + ?Sized,
    T: Clone + Serialize + DeserializeOwned,
{
    let _: &'a K = key;
    flaky.call()?;
    Ok(value.into())
}

#[retry(operation = "shape_generic_async", idempotency_key = key)]
async fn generic_async<T: Serialize + DeserializeOwned + Send>(
    key: impl Display + Send,
    make: impl Fn() -> T + Send + Sync,
) -> Outcome<T> {
    let _ = key.to_string();
    tokio::task::yield_now().await;
    Ok(make())
}

#[tokio::test]
async fn generic_functions_do_too() {
    let flaky = Flaky::failing(0);
    assert_eq!(generic("key", [1, 2], &flaky), Ok(vec![1, 2]));
    assert_eq!(generic("key", [3], &flaky), Ok(vec![1, 2]));
    assert_eq!(flaky.attempts(), 1);
    assert_eq!(sendable(generic_async(1, || "made".to_owned())).await, Ok("made".to_owned()));
    assert_eq!(generic_async(1, String::new).await, Ok("made".to_owned()));
}

#[retry(operation = "shape_alias", idempotency_key = 1)]
fn alias() -> Outcome<u32> {
    Ok(1)
}

#[retry(operation = "shape_io", idempotency_key = path)]
fn of_io(path: &str) -> std::io::Result<String> {
    Ok(path.to_owned())
}

#[retry(operation = "shape_anyhow", idempotency_key = path)]
async fn of_anyhow(path: &str) -> anyhow::Result<String> {
    Ok(path.to_owned())
}

#[retry(operation = "shape_boxed_error", idempotency_key = path)]
fn of_boxed_error(path: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    Ok(path.to_owned())
}

/// A body that never returns is no reason to complain of the code behind it.
#[retry(operation = "shape_todo", idempotency_key = 1)]
fn never() -> Outcome<u32> {
    unreachable!("nobody calls it")
}

#[tokio::test]
async fn the_usual_errors_can_express_a_conflict() {
    let _ = never;
    assert_eq!(alias(), Ok(1));
    assert_eq!(of_io("a").expect("it succeeds"), "a");
    assert_eq!(of_anyhow("a").await.expect("it succeeds"), "a");
    assert_eq!(of_boxed_error("a").expect("it succeeds"), "a");
}

#[retry(operation = "shape_not_send", idempotency_key = key, initial_delay = "0s")]
async fn not_send(key: &str, flaky: &Flaky) -> Result<u32, Error> {
    // An `Error` holds an `Rc`.
    flaky.call_async().await.map_err(|failure| Error::Failed(Rc::new(failure.0)))
}

#[tokio::test]
async fn the_future_is_send_whatever_the_error_is() {
    assert_eq!(sendable(not_send("a", &Flaky::failing(9))).await, Err(Error::failed(3)));
    assert_eq!(sendable(not_send("a", &Flaky::failing(1))).await, Ok(2));
    assert_eq!(sendable(not_send("a", &Flaky::failing(9))).await, Ok(2));
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// Names that the generated code has for its own.
#[retry(operation = "shape_names", idempotency_key = key, context = cx)]
fn names(key: &str, claim: u32, claiming: u32, value: u32, conflict: u32) -> Outcome<(u32, String)> {
    Ok((claim + claiming + value + conflict, cx.idempotency_key().unwrap_or_default().to_owned() + key))
}

#[retry(operation = "shape_locals", idempotency_key = { let key = order; let claim = key + 1; claim * 2 })]
fn locals(order: u32) -> Outcome<u32> {
    Ok(order)
}

#[test]
fn names_of_the_arguments_do_not_matter() {
    assert_eq!(names("k", 1, 2, 3, 4), Ok((10, "kk".to_owned())));
    assert_eq!(locals(5), Ok(5));
}
