//! Every shape of function, and a token that is a part of what attempts change.

use std::pin::Pin;

use async_trait::async_trait;
use retry_runtime::{CancelToken, retry};
use retry_tests::{Failure, Flaky};
use tokio::time::sleep;

use super::SECOND;

/// Owns its token, and the attempts change it.
struct Service {
    stop: CancelToken,
    calls: u32,
}

impl Service {
    #[retry(initial_delay = "1s", cancel = self.stop)]
    async fn call(&mut self) -> Result<u32, Failure> {
        self.calls += 1;
        sleep(SECOND).await;
        if self.calls < 3 { Err(Failure(self.calls)) } else { Ok(self.calls) }
    }
}

#[async_trait]
trait Fetch {
    async fn fetch(self) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Service {
    #[retry(initial_delay = "1s", cancel = self.stop)]
    async fn fetch(self) -> Result<u32, Failure> {
        self.calls += 1;
        if self.calls < 3 { Err(Failure(self.calls)) } else { Ok(self.calls) }
    }
}

#[tokio::test(start_paused = true)]
async fn it_may_be_a_part_of_what_attempts_change() {
    let service = || Service { stop: CancelToken::new(), calls: 0 };
    assert_eq!(sendable(service().call()).await, Ok(3));
    assert_eq!(service().fetch().await, Ok(3));
}

#[retry(initial_delay = "10s", cancel = stop)]
fn built(stop: CancelToken, flaky: &Flaky) -> impl Future<Output = Result<u32, Failure>> + Send {
    flaky.call_async()
}

#[retry(initial_delay = "10s", cancel = stop, clone(stop))]
fn boxed(stop: CancelToken) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send>> {
    Box::pin(async move { if stop.is_cancelled() { Ok(1) } else { Err(Failure(1)) } })
}

#[retry(initial_delay = "10s", cancel = stop)]
async fn opaque(stop: &CancelToken) -> Result<impl Iterator<Item = u32> + use<>, Failure> {
    if stop.is_cancelled() { Ok(std::iter::once(1)) } else { Err(Failure(1)) }
}

#[tokio::test(start_paused = true)]
async fn every_shape_of_function_can_be_cancelled() {
    let (stop, flaky) = (CancelToken::new(), Flaky::failing(9));
    let (one, two, three, ()) =
        tokio::join!(built(stop.clone(), &flaky), boxed(stop.clone()), opaque(&stop), async {
            sleep(SECOND).await;
            stop.cancel();
        });
    assert_eq!((one, two, three.map(Iterator::last)), (Err(Failure(1)), Err(Failure(1)), Err(Failure(1))));
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}
