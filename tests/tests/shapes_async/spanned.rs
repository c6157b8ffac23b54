//! Inside spans, where the loop is a block of its own: futures stay as they were.

use super::*;

#[retry(span, initial_delay = "0s")]
async fn bare(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(span, initial_delay = "0s")]
async fn unsendable_error(flaky: &Flaky) -> Result<u32, NotSend> {
    tokio::task::yield_now().await;
    flaky.call().map_err(|_| NotSend(std::ptr::null()))
}

#[retry(span, initial_delay = "0s")]
async fn owned_and_not_sync(flaky: &Flaky, cell: Cell<u32>, (a, _): (Cell<u32>, u8)) -> Result<u32, Failure> {
    cell.set(cell.get() + 1);
    a.set(cell.get());
    flaky.call_async().await?;
    Ok(cell.get())
}

#[retry(span, initial_delay = "0s")]
async fn borrowed_and_not_sync(flaky: &Flaky, cell: &mut Cell<u32>) -> Result<u32, Failure> {
    cell.set(cell.get() + 1);
    flaky.call_async().await?;
    Ok(cell.get())
}

#[retry(span, initial_delay = "0s")]
async fn borrows_out<'a>(flaky: &Flaky, text: &'a str) -> Result<&'a str, Box<dyn std::error::Error + 'a>> {
    flaky.call_async().await.map_err(|_| text)?;
    Ok(text)
}

type Answer = Box<dyn Fn() -> u32 + Send>;

async fn seven(_: Failure) -> Result<Answer, Failure> {
    Ok(Box::new(|| 7))
}

#[retry(span, initial_delay = "0s", fallback = seven)]
async fn coerced(flaky: &Flaky) -> Result<Answer, Failure> {
    match flaky.call_async().await {
        Ok(attempt) => Ok(Box::new(move || attempt)),
        Err(failure) => Err(failure),
    }
}

#[retry(span, initial_delay = "0s", attempt_timeout = "5s", deadline = "30s")]
fn built(flaky: &Flaky) -> impl Future<Output = std::io::Result<u32>> + Send + '_ {
    let attempt = flaky.call_async();
    async move { attempt.await.map_err(std::io::Error::other) }
}

impl Service {
    #[retry(span, initial_delay = "0s")]
    async fn spanned(&mut self, add: u32) -> Result<u32, Failure> {
        self.calls.set(self.calls.get() + add);
        self.flaky.call_async().await
    }

    #[retry(span, initial_delay = "0s")]
    async fn spanned_by_pin(mut self: Pin<&mut Self>) -> Result<u32, Failure> {
        let calls = self.as_mut().calls.get() + 1;
        self.calls.set(calls);
        self.flaky.call_async().await
    }
}

#[tokio::test]
async fn their_futures_are_send_where_they_were() {
    assert_three!(|flaky| sendable(bare(flaky)));
    assert_three!(unsendable_error);
    assert_three!(|flaky| sendable(owned_and_not_sync(flaky, Cell::new(0), (Cell::new(0), 0))));
    let mut cell = Cell::new(0);
    assert_eq!(sendable(borrowed_and_not_sync(&Flaky::failing(2), &mut cell)).await, Ok(3));
    assert_three!(|flaky| borrows_out(flaky, "text"));
    assert_three!(|flaky| sendable(coerced(flaky)));
    assert_eq!(sendable(coerced(&Flaky::failing(9))).await.map(|answer| answer()), Ok(7));
    assert_three!(|flaky| sendable(built(flaky)));
    let mut own = service();
    assert_eq!(sendable(own.spanned(2)).await, Ok(3));
    assert_eq!(own.calls.get(), 6);
    assert_eq!(Pin::new(&mut service()).spanned_by_pin().await, Ok(3));
}

#[tokio::test]
async fn they_can_be_spawned() {
    let spawned = tokio::spawn(async { bare(&Flaky::failing(1)).await });
    assert_eq!(spawned.await.expect("no panic"), Ok(2));
}
