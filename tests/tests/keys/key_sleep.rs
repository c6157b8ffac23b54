//! `sleep`: another sleeper, any runtime.

use std::{
    future::{Future, IntoFuture, Ready, ready},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

use retry_runtime::retry;
use retry_tests::{Failure, Flaky, millis, record, record_async, recorded_waits};

#[retry(jitter = none, sleep = record)]
fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(jitter = none, sleep = retry_tests::record_async)]
async fn asynchronous(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_is_given_each_wait() {
    assert_eq!(blocking(&Flaky::failing(2)), Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
    assert_eq!(asynchronous(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(recorded_waits(), millis([100, 200]));
}

#[test]
fn it_is_not_called_without_a_failure_nor_after_the_last() {
    assert_eq!(blocking(&Flaky::failing(0)), Ok(1));
    assert_eq!(recorded_waits(), []);
    assert_eq!(blocking(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits().len(), 2);
}

/// The smallest runtime there is: it polls until the future is ready.
fn block_on<F: Future>(future: F) -> (F::Output, u32) {
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return (output, polls);
        }
    }
}

/// A timer of that runtime: a second is a poll.
struct Timer(u64);

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}

fn timer(delay: Duration) -> Timer {
    Timer(delay.as_secs())
}

#[retry(initial_delay = "5s", jitter = none, sleep = timer)]
async fn on_another_runtime(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "5s", jitter = none, sleep = timer, max_elapsed = "1h", context = cx)]
fn boxed_on_another_runtime(
    flaky: &Flaky,
) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send + '_>> {
    Box::pin(async move { flaky.call().map(|_| cx.attempt()) })
}

#[test]
fn any_runtime_will_do() {
    assert_eq!(block_on(on_another_runtime(&Flaky::failing(2))), (Ok(3), 1 + 5 + 10));
    assert_eq!(block_on(boxed_on_another_runtime(&Flaky::failing(2))), (Ok(3), 1 + 5 + 10));
}

#[retry]
async fn on_no_runtime(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
#[should_panic(expected = "name another sleeper, `#[retry(sleep = path)]`")]
fn outside_tokio_the_default_sleeper_names_this_key() {
    drop(block_on(on_no_runtime(&Flaky::failing(9))));
}

#[test]
fn outside_tokio_success_needs_no_sleeper() {
    assert_eq!(block_on(on_no_runtime(&Flaky::failing(0))), (Ok(1), 1));
}

trait Runtime {
    fn sleep(delay: Duration) -> impl Future<Output = ()>;
}

struct Recorder;

impl Runtime for Recorder {
    async fn sleep(delay: Duration) {
        record_async(delay).await;
    }
}

#[retry(jitter = none, sleep = R::sleep)]
async fn of_a_type_parameter<R: Runtime>(_runtime: R, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

impl Recorder {
    #[retry(jitter = none, sleep = Self::sleep)]
    async fn method(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
}

#[tokio::test]
async fn it_may_depend_on_self_and_on_type_parameters() {
    assert_eq!(of_a_type_parameter(Recorder, &Flaky::failing(1)).await, Ok(2));
    assert_eq!(Recorder.method(&Flaky::failing(1)).await, Ok(2));
    assert_eq!(recorded_waits(), millis([100, 100]));
}

/// What some runtimes return: no future itself, but it can be awaited.
struct Delay(Duration);

impl IntoFuture for Delay {
    type Output = ();
    type IntoFuture = Ready<()>;

    fn into_future(self) -> Ready<()> {
        record(self.0);
        ready(())
    }
}

#[retry(jitter = none, sleep = Delay)]
async fn into_future(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_may_return_anything_that_can_be_awaited() {
    assert_eq!(into_future(&Flaky::failing(1)).await, Ok(2));
    assert_eq!(recorded_waits(), millis([100]));
}

#[retry(jitter = none, sleep = pause)]
fn an_argument(flaky: &Flaky, mut pause: impl FnMut(Duration)) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn an_argument_may_be_the_sleeper() {
    let mut waits = vec![];
    assert_eq!(an_argument(&Flaky::failing(2), |delay| waits.push(delay)), Ok(3));
    assert_eq!(waits, millis([100, 200]));
}
