//! Every way to name a breaker, every shape of function, and threads that share one.

use std::{
    ops::Deref,
    pin::Pin,
    rc::Rc,
    sync::{Arc, LazyLock},
    thread,
    time::Duration,
};

use async_trait::async_trait;
use retry_runtime::{CircuitBreaker, CircuitOpen, retry};
use retry_tests::Flaky;

use super::fragile;
use crate::error::Error;

/// Opens after two failures, for longer than anyone waits.
const fn long_open() -> CircuitBreaker {
    fragile().with_open_time(Duration::from_secs(120))
}

static NAMED: CircuitBreaker = long_open();
static REFERRED: CircuitBreaker = long_open();
static RETURNED: CircuitBreaker = long_open();
static LAZY: LazyLock<Arc<CircuitBreaker>> = LazyLock::new(|| Arc::new(long_open()));

const fn returned() -> &'static CircuitBreaker {
    &RETURNED
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = NAMED)]
fn by_static(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = &REFERRED)]
fn by_reference(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = returned())]
fn by_function(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = LAZY)]
fn by_lazy_static(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

/// It let two attempts through.
#[track_caller]
fn assert_opened(outcome: &Result<u32, Error>, flaky: &Flaky) {
    assert!(matches!(outcome, Err(Error::Open(_))), "{outcome:?}");
    assert_eq!(flaky.attempts(), 2);
}

#[test]
fn a_static_may_be_named_in_any_way() {
    for function in [by_static, by_reference, by_function, by_lazy_static] {
        let flaky = Flaky::failing(9);
        assert_opened(&function(&flaky), &flaky);
        assert_opened(&function(&flaky), &flaky);
    }
}

static OF_ASYNC: CircuitBreaker = long_open();

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = OF_ASYNC)]
async fn by_static_async(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = &OF_ASYNC)]
async fn by_reference_async(flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test]
async fn functions_that_name_the_same_one_share_it() {
    let flaky = Flaky::failing(9);
    assert_opened(&sendable(by_static_async(&flaky)).await, &flaky);
    assert_opened(&sendable(by_reference_async(&flaky)).await, &flaky);
}

struct Client {
    breaker: CircuitBreaker,
    shared: Arc<CircuitBreaker>,
    flaky: Flaky,
    calls: u32,
}

impl Client {
    const fn new(shared: Arc<CircuitBreaker>) -> Self {
        Self { breaker: long_open(), shared, flaky: Flaky::failing(9), calls: 0 }
    }

    const fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.breaker)]
    fn field(&self) -> Result<u32, Error> {
        Ok(self.flaky.call()?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = &self.shared)]
    fn arc(&self) -> Result<u32, Error> {
        Ok(self.flaky.call()?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.shared.clone())]
    fn cloned_arc(&self) -> Result<u32, Error> {
        Ok(self.flaky.call()?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.breaker())]
    fn method(&self) -> Result<u32, Error> {
        Ok(self.flaky.call()?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.shared.clone())]
    fn changing(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.flaky.call()?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.breaker)]
    async fn field_async(&self) -> Result<u32, Error> {
        Ok(self.flaky.call_async().await?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.breaker())]
    async fn method_async(&self) -> Result<u32, Error> {
        Ok(self.flaky.call_async().await?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = Arc::clone(&self.shared))]
    async fn changing_async(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.flaky.call_async().await?)
    }
}

fn client() -> Client {
    Client::new(Arc::new(long_open()))
}

#[tokio::test]
async fn a_field_may_be_it() {
    for function in [Client::field, Client::arc, Client::cloned_arc, Client::method] {
        let client = client();
        assert_opened(&function(&client), &client.flaky);
        assert_opened(&function(&client), &client.flaky);
    }
    let client = client();
    assert_opened(&sendable(client.field_async()).await, &client.flaky);
    assert_opened(&sendable(client.method_async()).await, &client.flaky);
}

#[tokio::test]
async fn a_clone_of_an_arc_may_be_held_beside_what_attempts_change() {
    let mut client = client();
    assert_opened(&client.changing(), &client.flaky);
    let mut other = Client::new(Arc::new(long_open()));
    let outcome = sendable(other.changing_async()).await;
    assert_opened(&outcome, &other.flaky);
    assert_eq!((client.calls, other.calls), (2, 2));
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
fn owned(flaky: &Flaky, breaker: Arc<CircuitBreaker>) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
async fn generic<B, E>(flaky: &Flaky, breaker: B, convert: impl Fn(u32) -> E) -> Result<u32, E>
where
    B: Deref<Target = CircuitBreaker>,
    E: From<CircuitOpen>,
{
    flaky.call_async().await.map_err(|failure| convert(failure.0))
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = match breaker {
    Some(breaker) => breaker,
    None => &NAMED,
})]
async fn chosen(flaky: &Flaky, breaker: Option<&CircuitBreaker>) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test]
async fn an_argument_or_any_other_expression_may_be_it() {
    let (shared, flaky) = (Arc::new(long_open()), Flaky::failing(9));
    assert_opened(&owned(&flaky, Arc::clone(&shared)), &flaky);
    assert_opened(&generic(&flaky, shared, Error::Failed).await, &flaky);
    let flaky = Flaky::failing(9);
    assert_opened(&generic(&flaky, &long_open(), Error::Failed).await, &flaky);
    let flaky = Flaky::failing(9);
    assert_opened(&chosen(&flaky, Some(&long_open())).await, &flaky);
}

#[async_trait]
trait Fetch {
    async fn fetch(&self) -> Result<u32, Error>;
    async fn fetch_changing(&mut self) -> Result<u32, Error>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.breaker)]
    async fn fetch(&self) -> Result<u32, Error> {
        Ok(self.flaky.call_async().await?)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = self.shared.clone())]
    async fn fetch_changing(&mut self) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.flaky.call_async().await?)
    }
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
fn in_a_block(flaky: &Flaky, breaker: &CircuitBreaker) -> impl Future<Output = Result<u32, Error>> + Send {
    async move { Ok(flaky.call_async().await?) }
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
fn built(flaky: &Flaky, breaker: &CircuitBreaker) -> impl Future<Output = Result<u32, Error>> + Send {
    let attempt = flaky.call();
    async move { Ok(attempt?) }
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
fn boxed<'a>(
    flaky: &'a Flaky,
    breaker: &'a CircuitBreaker,
) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + 'a>> {
    Box::pin(async move { Ok(flaky.call_async().await?) })
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
fn opaque(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<impl Iterator<Item = u32> + use<>, Error> {
    Ok(std::iter::once(flaky.call()?))
}

#[tokio::test]
async fn every_shape_of_function_has_one() {
    let mut client = client();
    assert_opened(&client.fetch().await, &client.flaky);
    assert!(matches!(client.fetch_changing().await, Err(Error::Failed(_) | Error::Open(_))));
    assert_eq!(client.calls, 2);
    let flaky = Flaky::failing(9);
    assert_opened(&sendable(in_a_block(&flaky, &long_open())).await, &flaky);
    let flaky = Flaky::failing(9);
    assert_opened(&sendable(built(&flaky, &long_open())).await, &flaky);
    let flaky = Flaky::failing(9);
    assert_opened(&sendable(boxed(&flaky, &long_open())).await, &flaky);
    let flaky = Flaky::failing(9);
    assert_opened(&opaque(&flaky, &long_open()).map(|mut values| values.next().unwrap_or(0)), &flaky);
}

#[test]
fn threads_share_it() {
    let flaky = Flaky::failing(u32::MAX);
    let breaker = Arc::new(long_open().with_consecutive_failures(50).with_minimum_calls(50));
    thread::scope(|scope| {
        for thread in 0..4 {
            let (flaky, breaker) = (&flaky, &breaker);
            scope.spawn(move || {
                let mut calls = 0..1_000;
                let is_open = calls.any(|_| {
                    let outcome = if thread % 2 == 0 {
                        owned(flaky, Arc::clone(breaker))
                    } else {
                        futures_executor::block_on(generic(flaky, Arc::clone(breaker), Error::Failed))
                    };
                    matches!(outcome, Err(Error::Open(_)))
                });
                assert!(is_open);
            });
        }
    });
    // Attempts that were under way when it opened end all the same.
    assert!((50..54).contains(&flaky.attempts()), "{}", flaky.attempts());
}

/// `!Send`, and never kept across a wait or an attempt.
#[derive(Debug)]
enum Local {
    Failed(Rc<u32>),
    Open,
}

impl From<CircuitOpen> for Local {
    fn from(_: CircuitOpen) -> Self {
        Self::Open
    }
}

#[retry(max_attempts = 9, initial_delay = "0s", circuit_breaker = breaker)]
async fn not_send(flaky: &Flaky, breaker: &CircuitBreaker) -> Result<u32, Local> {
    flaky.call_async().await.map_err(|failure| Local::Failed(Rc::new(failure.0)))
}

#[tokio::test]
async fn the_future_is_send_whatever_the_error_is() {
    let outcome = sendable(not_send(&Flaky::failing(9), &long_open())).await;
    assert!(matches!(outcome, Err(Local::Open)));
    let breaker = long_open().with_consecutive_failures(99);
    let outcome = sendable(not_send(&Flaky::failing(99), &breaker)).await;
    assert!(matches!(outcome, Err(Local::Failed(attempt)) if *attempt == 9));
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}
