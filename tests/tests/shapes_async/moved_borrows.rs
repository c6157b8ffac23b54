//! A body may move a `&mut` argument: each attempt borrows it anew.

use super::*;

#[retry(initial_delay = "0s")]
async fn into_a_block(flaky: &Flaky, seen: &mut u32) -> Result<u32, Failure> {
    let attempt = async move {
        *seen += 1;
        flaky.call_async().await
    };
    attempt.await
}

#[retry(initial_delay = "0s")]
fn into_a_future<'a>(flaky: &'a Flaky, seen: &'a mut u32) -> impl Future<Output = Result<u32, Failure>> + 'a {
    let add = 1;
    async move {
        *seen += add;
        flaky.call_async().await
    }
}

#[tokio::test]
async fn each_attempt_borrows_anew() {
    let (mut block, mut future) = (0, 0);
    assert_eq!(into_a_block(&Flaky::failing(2), &mut block).await, Ok(3));
    assert_eq!(into_a_future(&Flaky::failing(2), &mut future).await, Ok(3));
    assert_eq!((block, future), (3, 3));
}
