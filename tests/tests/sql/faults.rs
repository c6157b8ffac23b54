//! A fault, and what a call makes of it with and without the attribute.

use std::{cell::Cell, error::Error, fmt, future::ready};

use retry_runtime::{Verdict, is_transient, is_transient_sql, retry, sql_state};

/// A user's own error.
#[derive(Debug)]
struct StoreError<E>(E);

impl<E> fmt::Display for StoreError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store failed")
    }
}

impl<E: Error + 'static> Error for StoreError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// The verdict on an error and its SQLSTATE, which are the same in whatever the error is wrapped.
pub(crate) fn judged<E: Error + Send + Sync + 'static>(error: E) -> (Verdict, Option<String>) {
    let judged = (is_transient_sql(&error), sql_state(&error));
    let shown = format!("{error:?}");
    assert_eq!(is_transient(&error), judged.0, "{shown}");

    let own = StoreError(error);
    assert_eq!((is_transient_sql(&own), sql_state(&own)), judged, "own: {shown}");
    let any = anyhow::Error::from(own).context("while storing");
    assert_eq!((is_transient_sql(&any), sql_state(&any)), judged, "anyhow: {shown}");
    let boxed: Box<dyn Error + Send + Sync> = any.into();
    assert_eq!((is_transient_sql(&boxed), sql_state(&boxed)), judged, "boxed: {shown}");
    judged
}

/// A call fails with this verdict and this SQLSTATE. Annotated, it survives: `lift` removes the fault after the
/// first attempt.
pub(crate) async fn passes<E: Error + Send + Sync + 'static>(
    (verdict, state): (Verdict, Option<&str>),
    call: impl AsyncFn() -> Result<(), E>,
    lift: impl AsyncFn(),
) {
    let error = call().await.expect_err("without the attribute it fails");
    let shown = format!("{error:?}");
    assert_eq!(judged(error), (verdict, state.map(Into::into)), "{shown}");

    let attempts = Cell::new(0);
    let outcome = retried(&call, &lift, &attempts).await;
    assert!(outcome.is_ok(), "{outcome:?} after {shown}");
    // A server may take a moment to notice that the fault is gone.
    assert!(attempts.get() >= 2, "the fault was not there: {shown}");
}

/// A call fails with this SQLSTATE, and is not repeated.
pub(crate) async fn ends<E: Error + Send + Sync + 'static>(
    state: Option<&str>,
    call: impl AsyncFn() -> Result<(), E>,
) {
    let attempts = Cell::new(0);
    let error = retried(&call, &|| ready(()), &attempts).await.expect_err("fails");
    let shown = format!("{error:?}");
    assert_eq!(judged(error), (Verdict::PERMANENT, state.map(Into::into)), "{shown}");
    assert_eq!(attempts.get(), 1, "{shown}");
}

#[retry(database, max_attempts = 500, initial_delay = "10ms", max_delay = "50ms", filter = is_transient_sql)]
async fn retried<E: Error + 'static>(
    call: &impl AsyncFn() -> Result<(), E>,
    lift: &impl AsyncFn(),
    attempts: &Cell<u32>,
) -> Result<(), E> {
    let outcome = call().await;
    attempts.set(attempts.get() + 1);
    if attempts.get() == 1 {
        lift().await;
    }
    outcome
}
