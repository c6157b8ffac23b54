//! Bodies that stand in the loop itself: no lint sees the `let` around them.

use std::error::Error;

use super::*;

/// A type that clippy would call complex in a `let`.
#[retry(initial_delay = "0s")]
async fn of_complex_type(
    flaky: &Flaky,
) -> Result<Vec<Option<Box<dyn Fn(u32) -> Vec<(u64, String)>>>>, Failure> {
    flaky.call_async().await.map(|_| Vec::new())
}

/// A match that clippy would call unnecessary in a `let`.
// With `nested` no body stands in the loop itself.
#[cfg_attr(feature = "nested", allow(clippy::needless_match))]
#[retry(initial_delay = "0s")]
async fn matched(flaky: &Flaky) -> Result<u32, Failure> {
    match flaky.call_async().await {
        Ok(attempt) => Ok(attempt),
        Err(failure) => Err(failure),
    }
}

/// Nothing comes behind it, which no lint may hold against the user.
#[retry]
pub(crate) async fn never_returns(_flaky: &Flaky) -> Result<std::convert::Infallible, Failure> {
    loop {
        std::future::pending::<()>().await;
    }
}

#[retry]
async fn aborts() -> Result<u8, Failure> {
    std::process::abort()
}

#[retry(initial_delay = "0s")]
async fn with_a_borrowed_error<'a>(flaky: &Flaky, text: &'a str) -> Result<u32, Box<dyn Error + 'a>> {
    flaky.call_async().await.map_err(|_| text.into())
}

#[tokio::test]
async fn bodies_in_the_loop_are_repeated() {
    drop(aborts());
    assert_eq!(of_complex_type(&Flaky::failing(2)).await.map(|list| list.len()), Ok(0));
    assert_eq!(matched(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(with_a_borrowed_error(&Flaky::failing(2), "no").await.unwrap(), 3);
    assert_eq!(with_a_borrowed_error(&Flaky::failing(9), "no").await.unwrap_err().to_string(), "no");
}
