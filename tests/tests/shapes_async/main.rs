//! Every shape of an async function: annotated, it makes the right number of attempts, and its future
//! is `Send` whenever the body's is.
#![deny(warnings, clippy::all)]

use std::{cell::Cell, future::Future, pin::Pin, sync::Arc, task::Poll};

use futures_util::future::BoxFuture;
use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

#[retry(initial_delay = "0s")]
async fn free(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s")]
async fn coerced(flaky: &Flaky) -> Result<Box<dyn Fn() -> u32>, Failure> {
    match flaky.call_async().await {
        Ok(attempt) => Ok(Box::new(move || attempt)),
        Err(failure) => Err(failure),
    }
}

macro_rules! end_if_failed {
    ($outcome:expr) => {
        if let Err(Failure(number)) = $outcome {
            return Err(Failure(number));
        }
    };
}

macro_rules! checked_by {
    ($name:ident, $check:path) => {
        #[retry(initial_delay = "0s")]
        async fn $name(flaky: &Flaky) -> Result<u32, Failure> {
            $check!(flaky.call_async().await);
            Ok(1)
        }
    };
}

checked_by!(return_in_a_macro_that_a_macro_names, end_if_failed);

#[retry(initial_delay = "0s")]
fn inner_attributes_in_a_block(flaky: &Flaky) -> impl Future<Output = Result<u32, Failure>> + '_ {
    async move {
        #![allow(unused_variables, reason = "that is the test")]
        let unused = 1;
        flaky.call_async().await
    }
}

struct Connection(u32);

impl Connection {
    async fn renew(&mut self) {
        self.0 += 1;
    }
}

#[retry(initial_delay = "0s", before_retry = |_| connection.renew())]
async fn hook_changes_what_is_owned(flaky: &Flaky, connection: Connection) -> Result<u32, Failure> {
    flaky.call_async().await.map(|_| connection.0)
}

#[retry(initial_delay = "0s")]
async fn question_mark_inside_a_macro(flaky: &Flaky) -> Result<Vec<u32>, Failure> {
    Ok(vec![flaky.call_async().await?])
}

#[retry(initial_delay = "0s")]
async fn awaits_everywhere(flaky: &Flaky, names: &[&str]) -> Result<String, Failure> {
    let nested = async { flaky.call_async().await };
    match nested.await? {
        n if n > 100 => return Err(Failure(0)),
        n => Ok(format!("{}{n}", names[flaky.call_async().await.map(|_| 0)?])),
    }
}

#[retry(initial_delay = "0s")]
async fn impl_trait(flaky: &Flaky) -> Result<impl Iterator<Item = u32> + use<>, Failure> {
    let attempt = flaky.call_async().await?;
    Ok(std::iter::once(attempt))
}

#[retry(initial_delay = "0s")]
async fn inner_attributes(flaky: &Flaky) -> Result<u32, Failure> {
    #![allow(unused_variables, reason = "that is the test")]
    let unused = 1;
    flaky.call_async().await
}

#[retry(initial_delay = "0s")]
async fn anyhow_result(flaky: &Flaky, owned: String) -> anyhow::Result<String> {
    anyhow::ensure!(flaky.call_async().await? > 0, "never");
    Ok(owned.clone())
}

#[retry(initial_delay = "0s")]
async fn boxed_error(flaky: &Flaky) -> Result<u32, Box<dyn std::error::Error>> {
    Ok(flaky.call_async().await?)
}

struct NotSend(#[expect(dead_code, reason = "only its type matters")] *const u8);

#[retry(initial_delay = "0s")]
async fn unsendable_error(flaky: &Flaky) -> Result<u32, NotSend> {
    tokio::task::yield_now().await;
    flaky.call().map_err(|_| NotSend(std::ptr::null()))
}

#[retry(initial_delay = "0s")]
async fn owned_and_not_sync(flaky: &Flaky, cell: Cell<u32>) -> Result<u32, Failure> {
    cell.set(cell.get() + 1);
    flaky.call_async().await?;
    Ok(cell.get())
}

#[retry(initial_delay = "0s")]
fn returns_async_block(
    flaky: &Flaky,
    owned: String,
) -> impl Future<Output = Result<usize, Failure>> + Send + use<'_> {
    async move {
        flaky.call_async().await?;
        Ok(owned.len())
    }
}

#[retry(initial_delay = "0s", clone(owned))]
fn builds_a_future(
    flaky: &Flaky,
    owned: String,
) -> impl Future<Output = Result<usize, Failure>> + Send + use<'_> {
    let length = owned.len();
    async move {
        flaky.call_async().await?;
        drop(owned);
        Ok(length)
    }
}

#[retry(initial_delay = "0s")]
fn returns_boxed(
    flaky: &Flaky,
    owned: String,
) -> Pin<Box<dyn Future<Output = Result<usize, Failure>> + Send + '_>> {
    Box::pin(async move {
        flaky.call_async().await?;
        Ok(owned.len())
    })
}

#[retry(initial_delay = "0s")]
fn builds_boxed(flaky: &Flaky, early: bool) -> BoxFuture<'_, Result<u32, Failure>> {
    if early {
        return Box::pin(async { flaky.call() });
    }
    Box::pin(async { flaky.call_async().await })
}

macro_rules! assert_three {
    ($call:expr) => {{
        let flaky = Flaky::failing(2);
        #[allow(clippy::redundant_closure_call, reason = "so that paths and closures look alike")]
        let succeeded = $call(&flaky).await.is_ok();
        assert!(succeeded);
        assert_eq!(flaky.attempts(), 3);
    }};
}

#[tokio::test]
async fn a_body_that_never_returns_is_awaited() {
    let flaky = Flaky::failing(0);
    let mut call = std::pin::pin!(bare::never_returns(&flaky));
    let polled = std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
    assert!(polled.is_pending());
}

#[tokio::test]
async fn each_shape_makes_three_attempts() {
    assert_three!(|flaky| sendable(free(flaky)));
    assert_three!(|flaky| sendable(question_mark_inside_a_macro(flaky)));
    assert_three!(|flaky| sendable(impl_trait(flaky)));
    assert_three!(|flaky| sendable(anyhow_result(flaky, String::new())));
    assert_three!(boxed_error);
    assert_three!(coerced);
    assert_three!(return_in_a_macro_that_a_macro_names);
    assert_three!(inner_attributes_in_a_block);
    assert_three!(|flaky| hook_changes_what_is_owned(flaky, Connection(0)));
    assert_three!(inner_attributes);
    assert_three!(|flaky| sendable(unsendable_error(flaky)));
    assert_three!(|flaky| sendable(owned_and_not_sync(flaky, Cell::new(0))));
    assert_three!(|flaky| sendable(returns_async_block(flaky, String::new())));
    assert_three!(|flaky| sendable(builds_a_future(flaky, String::new())));
    assert_three!(|flaky| sendable(returns_boxed(flaky, String::new())));
    assert_three!(|flaky| sendable(builds_boxed(flaky, false)));
    assert_three!(|flaky| sendable(builds_boxed(flaky, true)));
    let flaky = Flaky::failing(2);
    assert_eq!(awaits_everywhere(&flaky, &["a"]).await.as_deref(), Ok("a3"));
}

struct Service {
    flaky: Flaky,
    calls: Cell<u32>,
}

impl Service {
    #[retry(initial_delay = "0s")]
    async fn by_box(self: Box<Self>) -> Result<u32, Failure> {
        self.flaky.call_async().await
    }

    #[retry(initial_delay = "0s")]
    async fn by_mutable_reference(&mut self) -> Result<u32, Failure> {
        self.calls.set(self.calls.get() + 1);
        self.flaky.call_async().await
    }

    #[retry(initial_delay = "0s")]
    async fn by_value(self) -> Result<u32, Failure> {
        self.flaky.call_async().await
    }

    #[retry(initial_delay = "0s")]
    async fn by_pin(mut self: Pin<&mut Self>) -> Result<u32, Failure> {
        let calls = self.as_mut().calls.get() + 1;
        self.calls.set(calls);
        self.flaky.call_async().await
    }
}

struct Shared(Flaky);

impl Shared {
    #[retry(initial_delay = "0s")]
    async fn by_reference(&self) -> Result<&Flaky, Failure> {
        self.0.call_async().await?;
        Ok(&self.0)
    }

    #[retry(initial_delay = "0s")]
    async fn by_arc(self: Arc<Self>) -> Result<u32, Failure> {
        self.0.call_async().await
    }
}

fn service() -> Service {
    Service { flaky: Flaky::failing(2), calls: Cell::new(0) }
}

#[tokio::test]
async fn each_receiver_makes_three_attempts() {
    assert_eq!(sendable(Shared(Flaky::failing(2)).by_reference()).await.map(Flaky::attempts), Ok(3));
    assert_eq!(sendable(Arc::new(Shared(Flaky::failing(2))).by_arc()).await, Ok(3));
    assert_eq!(Box::new(service()).by_box().await, Ok(3));
    // `Service` is `Send` and not `Sync`.
    let mut own = service();
    assert_eq!(sendable(own.by_mutable_reference()).await, Ok(3));
    assert_eq!(own.calls.get(), 3);
    assert_eq!(sendable(service().by_value()).await, Ok(3));
    let mut own = service();
    assert_eq!(Pin::new(&mut own).by_pin().await, Ok(3));
}

trait Native {
    async fn fetch(&self, input: &str) -> Result<usize, Failure>;

    #[retry(initial_delay = "0s")]
    async fn by_default(&self) -> Result<usize, Failure> {
        self.fetch("default").await
    }
}

struct Annotated(Flaky);
struct Plain(Flaky);

impl Native for Annotated {
    #[retry(initial_delay = "0s")]
    async fn fetch(&self, input: &str) -> Result<usize, Failure> {
        self.0.call_async().await?;
        Ok(input.len())
    }
}

impl Native for Plain {
    async fn fetch(&self, input: &str) -> Result<usize, Failure> {
        self.0.call_async().await?;
        Ok(input.len())
    }
}

#[tokio::test]
async fn native_trait_methods_make_three_attempts() {
    assert_eq!(Annotated(Flaky::failing(2)).fetch("four").await, Ok(4));
    assert_eq!(Plain(Flaky::failing(2)).by_default().await, Ok(7));
}

mod boxed_traits;

mod bare;

#[tracing::instrument(skip_all)]
#[retry(initial_delay = "0s")]
async fn instrumented_outside(flaky: &Flaky, owned: String) -> Result<usize, Failure> {
    flaky.call_async().await?;
    Ok(owned.len())
}

#[retry(initial_delay = "0s")]
#[tracing::instrument(skip_all)]
async fn instrumented_inside(flaky: &Flaky, owned: &str) -> Result<usize, Failure> {
    flaky.call_async().await?;
    Ok(owned.len())
}

#[tracing::instrument(skip_all)]
#[retry(initial_delay = "0s")]
fn instrumented_blocking(flaky: &Flaky, owned: String) -> Result<usize, Failure> {
    flaky.call()?;
    Ok(owned.len())
}

#[tokio::test]
async fn instrumented_functions_make_three_attempts() {
    assert_three!(|flaky| sendable(instrumented_outside(flaky, String::new())));
    assert_three!(|flaky| sendable(instrumented_inside(flaky, "")));
    let flaky = Flaky::failing(2);
    assert_eq!(instrumented_blocking(&flaky, String::new()), Ok(0));
}

static IN_A_TEST: Flaky = Flaky::failing(2);
static ON_A_TEST: Flaky = Flaky::failing(2);

#[retry(initial_delay = "0s")]
#[tokio::test]
async fn stacked_on_tokio_test() -> Result<(), Failure> {
    assert_eq!(IN_A_TEST.call_async().await?, 3);
    Ok(())
}

#[tokio::test]
#[retry(initial_delay = "0s")]
async fn stacked_under_tokio_test() -> Result<(), Failure> {
    assert_eq!(ON_A_TEST.call_async().await?, 3);
    Ok(())
}

#[retry(initial_delay = "0s")]
#[tokio::main(flavor = "current_thread")]
async fn tokio_main_inside(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::main(flavor = "current_thread")]
#[retry(initial_delay = "0s")]
async fn tokio_main_outside(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[test]
fn stacked_on_tokio_main() {
    assert_eq!(tokio_main_inside(&Flaky::failing(2)), Ok(3));
    assert_eq!(tokio_main_outside(&Flaky::failing(2)), Ok(3));
}

mod unsync;

mod spanned;

mod moved_borrows;

#[retry(initial_delay = "0s")]
async fn compiled_out_argument(flaky: &Flaky, #[cfg(any())] absent: Cell<u32>) -> Result<u32, Failure> {
    #[cfg(any())]
    absent.set(1);
    flaky.call_async().await
}

#[tokio::test]
async fn an_argument_may_be_compiled_out() {
    assert_three!(compiled_out_argument);
}
