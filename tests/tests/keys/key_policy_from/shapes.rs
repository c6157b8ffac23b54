//! Functions of every shape.

use std::{cell::Cell, future::Future, pin::Pin};

use async_trait::async_trait;
use retry_runtime::{CircuitBreaker, RetryPolicy, retry};
use retry_tests::{Failure, Flaky, record, recorded_waits};

use super::{PLAIN, Source};
use crate::error::Error;

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

struct Client {
    source: Source,
    policy: RetryPolicy,
    flaky: Flaky,
    seen: u32,
}

impl Client {
    fn new(attempts: u32) -> Self {
        let policy = PLAIN.with_max_attempts(attempts);
        Self { source: Source::of(policy), policy, flaky: Flaky::failing(9), seen: 0 }
    }

    #[retry(policy_from = self.policy, sleep = record)]
    fn field(&self) -> Result<u32, Failure> {
        self.flaky.call()
    }

    #[retry(policy_from = self.source.policy(), sleep = record)]
    fn changing(&mut self) -> Result<u32, Failure> {
        self.seen += 1;
        self.flaky.call()
    }

    #[retry(policy_from = self.next_policy(), sleep = record)]
    fn changed_by_it(&mut self) -> Result<u32, Failure> {
        self.flaky.call()
    }

    fn next_policy(&mut self) -> RetryPolicy {
        self.seen += 1;
        self.policy
    }

    #[retry(policy_from = self.source.policy())]
    async fn asynchronous(&self, _: &str) -> Result<u32, Failure> {
        self.flaky.call_async().await
    }

    #[retry(policy_from = self.source.policy(), deadline = "1h")]
    async fn changing_async(&mut self) -> Result<u32, Error> {
        self.seen += 1;
        Ok(self.flaky.call_async().await?)
    }

    #[retry(policy_from = self.source.policy())]
    fn built(&self) -> impl Future<Output = Result<u32, Failure>> + Send {
        self.flaky.call_async()
    }

    #[retry(policy_from = self.source.policy())]
    fn boxed<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send + 'a>> {
        Box::pin(async move { self.flaky.call_async().await })
    }

    #[retry(policy_from = self.source.policy(), clone(name))]
    async fn consuming(self, name: String) -> Result<String, Failure> {
        self.flaky.call_async().await.map(|_| name)
    }
}

#[test]
fn of_blocking_methods() {
    assert_eq!(Client::new(2).field(), Err(Failure(2)));
    let mut client = Client::new(4);
    assert_eq!(client.changing(), Err(Failure(4)));
    assert_eq!((client.seen, client.source.asked()), (4, 1));
    let mut client = Client::new(4);
    assert_eq!(client.changed_by_it(), Err(Failure(4)));
    assert_eq!(client.seen, 1);
    let _ = recorded_waits();
}

#[tokio::test(start_paused = true)]
async fn of_async_methods() {
    let client = Client::new(2);
    assert_eq!(sendable(client.asynchronous("")).await, Err(Failure(2)));
    assert_eq!(client.source.asked(), 1);
    let mut client = Client::new(2);
    assert_eq!(sendable(client.changing_async()).await, Err(Error::Failed(2)));
    assert_eq!((client.source.asked(), client.seen), (1, 2));
    let client = Client::new(2);
    assert_eq!(sendable(client.built()).await, Err(Failure(2)));
    let client = Client::new(2);
    assert_eq!(sendable(client.boxed()).await, Err(Failure(2)));
    assert_eq!(sendable(Client::new(1).consuming("one".to_owned())).await, Err(Failure(1)));
}

#[async_trait]
trait Fetch {
    async fn fetch(&self, attempts: u32) -> Result<u32, Failure>;
    async fn refresh(&mut self, source: Source) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(policy_from = self.source.policy().with_max_attempts(attempts))]
    async fn fetch(&self, attempts: u32) -> Result<u32, Failure> {
        self.flaky.call_async().await
    }

    #[retry(policy_from = { self.seen += 10; source.policy() })]
    async fn refresh(&mut self, source: Source) -> Result<u32, Failure> {
        self.seen += 1;
        self.flaky.call_async().await
    }
}

#[tokio::test(start_paused = true)]
async fn of_async_trait() {
    let mut client = Client::new(9);
    assert_eq!(client.fetch(2).await, Err(Failure(2)));
    assert_eq!(sendable(client.refresh(Source::attempts(2))).await, Err(Failure(4)));
    assert_eq!((client.seen, client.source.asked()), (12, 1));
}

/// `Send`, and not `Sync`.
struct Alone(Cell<u32>);

#[retry(policy_from = PLAIN.with_max_attempts(alone.0.get()))]
async fn owning(alone: Alone, flaky: &Flaky) -> Result<u32, Failure> {
    alone.0.set(alone.0.get() + 1);
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn an_owned_argument_leaves_the_future_sendable() {
    assert_eq!(sendable(owning(Alone(Cell::new(2)), &Flaky::failing(9))).await, Err(Failure(3)));
}

trait Policies {
    const NAME: &'static str;
    fn policy(&self) -> RetryPolicy;
}

impl Policies for Source {
    const NAME: &'static str = "of_a_source";
    fn policy(&self) -> RetryPolicy {
        Self::policy(self)
    }
}

#[retry(policy_from = policies.policy(), operation = P::NAME)]
async fn generic<P: Policies, T: Into<u32> + Copy>(
    policies: P,
    flaky: &Flaky,
    more: T,
) -> Result<u32, Failure> {
    flaky.call_async().await.map(|attempt| attempt + more.into())
}

#[tokio::test(start_paused = true)]
async fn of_generic_functions() {
    assert_eq!(generic(Source::attempts(2), &Flaky::failing(9), 1_u8).await, Err(Failure(2)));
    assert_eq!(generic(Source::attempts(2), &Flaky::failing(1), 1_u8).await, Ok(3));
}

#[retry(policy_from = source.policy(), circuit_breaker = breaker, sleep = record)]
fn behind(source: &Source, breaker: &CircuitBreaker, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn behind_a_circuit_breaker() {
    let breaker = CircuitBreaker::new("of_policy_from").with_consecutive_failures(2);
    let source = Source::of(PLAIN.with_max_attempts(5).with_max_retry_after(std::time::Duration::ZERO));
    assert!(matches!(behind(&source, &breaker, &Flaky::failing(9)), Err(Error::Open(_))));
    // The first attempt of the next call is refused.
    assert!(matches!(behind(&source, &breaker, &Flaky::failing(0)), Err(Error::Open(_))));
    assert_eq!(source.asked(), 2);
    let _ = recorded_waits();
}

#[test]
fn the_inventory_has_no_policy_of_such_a_function() {
    let all = retry_runtime::inventory();
    let of_here = |operation| {
        all.iter()
            .find(|found| found.module == module_path!() && found.operation == operation)
            .expect("it is listed")
    };
    let found = of_here("behind");
    assert_eq!((found.is_generic, found.policy, found.worst_case_delay), (true, None, None));
    // What does not depend on the policy is known.
    assert_eq!(of_here("changing_async").deadline, Some(std::time::Duration::from_secs(3_600)));
}
