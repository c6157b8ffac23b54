//! Every shape of function, and other attributes and keys beside it.

use std::{future::pending, pin::Pin};

use async_trait::async_trait;
use retry_runtime::{Elapsed, retry};
use tokio::time::sleep;

use super::{SECOND, limited, stalling};
use crate::error::Error;

type Outcome<T> = Result<T, Error>;

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn alias(attempts: &mut u32) -> Outcome<u32> {
    stalling(attempts, 3).await
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
fn in_a_block(attempts: &mut u32) -> impl Future<Output = Result<u32, Error>> + Send {
    async move { stalling(attempts, 3).await }
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
fn built(attempts: &mut u32) -> impl Future<Output = Result<u32, Error>> + Send {
    let until = 3;
    stalling(attempts, until)
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
fn boxed(attempts: &mut u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + '_>> {
    let until = 3;
    Box::pin(async move { stalling(attempts, until).await })
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn opaque(attempts: &mut u32) -> Result<impl Iterator<Item = u32> + use<>, Error> {
    Ok(std::iter::once(stalling(attempts, 3).await?))
}

#[async_trait]
trait Fetch {
    async fn fetch(&mut self, until: u32) -> Result<u32, Error>;
}

#[async_trait]
impl Fetch for u32 {
    #[retry(attempt_timeout = "5s", initial_delay = "0s", timeout_error = |elapsed| self.express(elapsed))]
    async fn fetch(&mut self, until: u32) -> Result<u32, Error> {
        stalling(self, until).await
    }
}

trait Express {
    fn express(&self, elapsed: Elapsed) -> Error;
}

impl Express for u32 {
    fn express(&self, elapsed: Elapsed) -> Error {
        elapsed.into()
    }
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn generic<E: From<Elapsed>>(mut call: impl AsyncFnMut() -> Result<u32, E>) -> Result<u32, E> {
    call().await
}

#[tokio::test(start_paused = true)]
async fn every_shape_of_function_is_limited() {
    assert_eq!(alias(&mut 0).await, Ok(3));
    assert_eq!(in_a_block(&mut 0).await, Ok(3));
    assert_eq!(built(&mut 0).await, Ok(3));
    assert_eq!(boxed(&mut 0).await, Ok(3));
    assert_eq!(opaque(&mut 0).await.map(Iterator::last), Ok(Some(3)));
    assert_eq!(0.fetch(3).await, Ok(3));
    let mut attempts = 0;
    assert_eq!(generic(async || stalling(&mut attempts, 3).await).await, Ok(3));
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// `!Send`, and never kept across a wait or an attempt.
#[derive(Debug)]
struct Local(#[allow(dead_code, reason = "is what makes it `!Send`")] std::rc::Rc<Elapsed>);

impl From<Elapsed> for Local {
    fn from(elapsed: Elapsed) -> Self {
        Self(elapsed.into())
    }
}

#[retry(attempt_timeout = "5s", initial_delay = "0s")]
async fn not_send(attempts: &mut u32) -> Result<u32, Local> {
    Ok(stalling(attempts, 3).await.unwrap_or(0))
}

#[tokio::test(start_paused = true)]
async fn the_future_is_send_whatever_the_error_is() {
    assert_eq!(sendable(limited(&mut 0, 3)).await, Ok(3));
    assert!(sendable(not_send(&mut 0)).await.is_ok());
}

#[retry(attempt_timeout = "5s", initial_delay = "0s", context = cx, timeout_error = |_| Error::Failed(cx.attempt()))]
async fn with_context() -> Result<u32, Error> {
    pending().await
}

#[derive(Clone)]
struct Client(u32);

impl Client {
    #[retry(attempt_timeout = "5s", initial_delay = "0s", clone(self))]
    async fn consumed(self) -> Result<u32, Error> {
        let Self(answer) = self;
        sleep(SECOND * u32::from(answer > 5) * 9).await;
        Ok(answer)
    }

    #[retry(attempt_timeout = "5s", initial_delay = "0s")]
    #[tracing::instrument(skip(self), err)]
    async fn instrumented(&mut self) -> Result<u32, Error> {
        self.0 += 1;
        stalling(&mut self.0, 3).await
    }
}

#[tokio::test(start_paused = true)]
async fn it_goes_with_what_other_keys_and_attributes_do() {
    assert_eq!(with_context().await, Err(Error::Failed(3)));
    assert_eq!(Client(4).consumed().await, Ok(4));
    assert!(Client(6).consumed().await.is_err());
    assert_eq!(Client(0).instrumented().await, Ok(4));
}
