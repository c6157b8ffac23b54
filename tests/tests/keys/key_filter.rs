//! `filter`: which errors are worth another attempt.

use std::{error::Error, io, time::Duration};

use async_trait::async_trait;
use retry_runtime::{Classify, Verdict, all_of, any_of, is_transient, is_transient_io, not, retry};
use retry_tests::{Failure, Flaky, ServerError, millis, record, record_async, recorded_waits};

fn is_early(error: &Failure) -> bool {
    error.0 < 3
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = is_early)]
fn path(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = |error| error.0.checked_sub(3).is_none())]
fn closure(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = |&Failure(attempt)| attempt < 3)]
fn closure_with_a_pattern(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn an_error_that_it_turns_down_is_final() {
    for function in [path, closure, closure_with_a_pattern] {
        assert_eq!(function(&Flaky::failing(2)), Ok(3));
        assert_eq!(function(&Flaky::failing(9)), Err(Failure(3)));
    }
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = is_early)]
async fn path_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = |error| is_early(error))]
async fn closure_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn it_decides_for_async_functions_too() {
    assert_eq!(path_async(&Flaky::failing(9)).await, Err(Failure(3)));
    assert_eq!(closure_async(&Flaky::failing(9)).await, Err(Failure(3)));
}

#[test]
fn attempts_run_out_all_the_same() {
    #[retry(max_attempts = 2, initial_delay = "0s", filter = |_| true)]
    fn always(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
    assert_eq!(always(&Flaky::failing(9)), Err(Failure(2)));
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = |error| error.0 < *limit)]
fn sees_an_argument(flaky: &Flaky, limit: &u32) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = |error| { seen.push(error.0); error.0 < 4 })]
async fn changes_an_argument(flaky: &Flaky, seen: &mut Vec<u32>) -> Result<usize, Failure> {
    flaky.call_async().await?;
    Ok(seen.len())
}

#[tokio::test]
async fn a_closure_sees_the_arguments() {
    assert_eq!(sees_an_argument(&Flaky::failing(9), &6), Err(Failure(6)));
    let mut seen = vec![];
    assert_eq!(changes_an_argument(&Flaky::failing(9), &mut seen).await, Err(Failure(4)));
    assert_eq!(seen, [1, 2, 3, 4]);
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = is_transient)]
fn asks_an_argument(flaky: &Flaky, is_transient: impl Fn(&Failure) -> bool) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn an_argument_may_be_the_filter() {
    assert_eq!(asks_an_argument(&Flaky::failing(9), |error| error.0 < 5), Err(Failure(5)));
}

struct Client {
    patience: u32,
}

impl Client {
    fn is_early(error: &Failure) -> bool {
        is_early(error)
    }

    #[retry(max_attempts = 9, initial_delay = "0s", filter = Self::is_early)]
    fn by_association(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", filter = |error| error.0 < self.patience)]
    fn by_self(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }

    #[retry(max_attempts = 9, initial_delay = "0s", filter = |error| error.0 < self.patience)]
    async fn by_self_async(&mut self, flaky: &Flaky) -> Result<u32, Failure> {
        self.patience += 1;
        flaky.call_async().await
    }
}

#[async_trait]
trait Fetch {
    async fn fetch(&self, flaky: &Flaky) -> Result<u32, Failure>;
}

#[async_trait]
impl Fetch for Client {
    #[retry(max_attempts = 9, initial_delay = "0s", filter = |error| error.0 < self.patience)]
    async fn fetch(&self, flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
}

#[tokio::test]
async fn a_method_may_ask_self() {
    let mut client = Client { patience: 4 };
    assert_eq!(client.by_association(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(client.by_self(&Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(client.fetch(&Flaky::failing(9)).await, Err(Failure(4)));
    client.patience = 1;
    // It grows as fast as the attempts: 2 > 1, 3 > 2 ..
    assert_eq!(client.by_self_async(&Flaky::failing(5)).await, Ok(6));
}

fn mentions_one(error: &dyn Error) -> bool {
    error.to_string().contains('1')
}

#[retry(max_attempts = 9, initial_delay = "0s", filter = mentions_one)]
fn coerced(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_function_may_take_any_error() {
    assert_eq!(coerced(&Flaky::failing(9)), Err(Failure(2)));
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_io)]
fn io_result(flaky: &Flaky, kind: io::ErrorKind) -> io::Result<u32> {
    flaky.call().map_err(|_| kind.into())
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_io)]
fn boxed(flaky: &Flaky, kind: io::ErrorKind) -> Result<u32, Box<dyn Error + Send + Sync>> {
    flaky.call().map_err(|_| io::Error::from(kind).into())
}

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient_io)]
async fn anyhow_result(flaky: &Flaky, kind: io::ErrorKind) -> anyhow::Result<u32> {
    flaky.call_async().await.map_err(|_| io::Error::from(kind).into())
}

#[tokio::test]
async fn a_filter_of_the_library_takes_any_kind_of_error() {
    for (kind, attempts) in [(io::ErrorKind::ConnectionReset, 2), (io::ErrorKind::NotFound, 1)] {
        let attempts_of = [Flaky::failing(9), Flaky::failing(9), Flaky::failing(9)];
        assert!(io_result(&attempts_of[0], kind).is_err());
        assert!(boxed(&attempts_of[1], kind).is_err());
        assert!(anyhow_result(&attempts_of[2], kind).await.is_err());
        assert_eq!(attempts_of.map(|flaky| flaky.attempts()), [attempts; 3], "{kind}");
    }
}

fn judge(error: &Failure) -> Verdict {
    match error.0 {
        1 => Verdict::TRANSIENT,
        2 => Verdict::THROTTLED.with_server_hint(Duration::from_secs(20)),
        _ => Verdict::PERMANENT,
    }
}

#[retry(max_attempts = 9, jitter = none, sleep = record, filter = judge)]
fn by_verdict(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 9, jitter = none, sleep = record_async, filter = |error| judge(error))]
async fn by_verdict_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn a_verdict_says_whether_and_when() {
    assert_eq!(by_verdict(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([100, 20_000]));
    assert_eq!(by_verdict_async(&Flaky::failing(9)).await, Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([100, 20_000]));
}

#[retry(jitter = none, sleep = record)]
fn classified(error: ServerError) -> Result<(), ServerError> {
    Err(error)
}

#[retry(jitter = none, sleep = record_async)]
async fn classified_async(error: ServerError) -> Result<(), ServerError> {
    Err(error)
}

const HINTED: ServerError = ServerError::BusyFor(Duration::from_secs(9));

#[tokio::test]
async fn without_a_filter_the_error_judges_itself() {
    for (error, waits) in [
        (ServerError::Gone, &[][..]),
        (ServerError::Busy, &millis([100, 200])),
        (HINTED, &millis([9_000, 9_000])),
    ] {
        assert_eq!(classified(error), Err(error));
        assert_eq!(recorded_waits(), waits, "{error}");
        assert_eq!(classified_async(error).await, Err(error));
        assert_eq!(recorded_waits(), waits, "{error}");
    }
}

#[retry(jitter = none, sleep = record, filter = |error| *error != ServerError::Busy)]
fn classified_and_filtered(error: ServerError) -> Result<(), ServerError> {
    Err(error)
}

#[test]
fn a_filter_overrules_the_error_on_whether() {
    assert_eq!(classified_and_filtered(ServerError::Busy), Err(ServerError::Busy));
    assert_eq!(recorded_waits(), []);
    assert_eq!(classified_and_filtered(ServerError::Gone), Err(ServerError::Gone));
    assert_eq!(recorded_waits(), millis([100, 200]));
}

#[test]
fn the_error_says_when_all_the_same() {
    assert_eq!(classified_and_filtered(HINTED), Err(HINTED));
    assert_eq!(recorded_waits(), millis([9_000, 9_000]));
}

#[retry(
    jitter = none, sleep = record, filter = |_| Verdict::TRANSIENT.with_server_hint(Duration::from_secs(3))
)]
fn hinted_by_the_filter(error: ServerError) -> Result<(), ServerError> {
    Err(error)
}

#[test]
fn the_hint_of_the_filter_comes_first() {
    assert_eq!(hinted_by_the_filter(HINTED), Err(HINTED));
    assert_eq!(recorded_waits(), millis([3_000, 3_000]));
}

#[retry(initial_delay = "0s")]
fn bound_in_scope<E: Classify>(mut call: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    call()
}

#[retry(initial_delay = "0s")]
async fn where_bound_in_scope<E>(mut call: impl FnMut() -> Result<(), E>) -> Result<(), E>
where
    E: Classify,
{
    call()
}

#[retry(initial_delay = "0s")]
fn bound_out_of_scope<E>(mut call: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    call()
}

#[retry(initial_delay = "0s", filter = |_| true)]
fn filtered_without_bound<E>(mut call: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    call()
}

#[tokio::test]
async fn in_a_generic_function_only_bounds_in_scope_count() {
    let mut attempts = 0;
    let mut gone = || {
        attempts += 1;
        Err(ServerError::Gone)
    };
    assert!(bound_in_scope(&mut gone).is_err());
    assert!(where_bound_in_scope(&mut gone).await.is_err());
    assert!(bound_out_of_scope(&mut gone).is_err());
    assert!(filtered_without_bound(&mut gone).is_err());
    assert_eq!(attempts, 1 + 1 + 3 + 3);
}

#[retry(max_attempts = 2, jitter = none, sleep = record, filter = |_| true)]
fn filtered_with_bound<E: Classify>(error: &E) -> Result<(), &E> {
    Err(error)
}

#[test]
fn the_hint_of_a_bounded_error_counts_beside_a_filter() {
    assert_eq!(filtered_with_bound(&HINTED), Err(&HINTED));
    assert_eq!(recorded_waits(), millis([9_000]));
}

#[test]
fn a_boxed_error_that_classifies_is_asked() {
    #[retry(initial_delay = "0s")]
    fn boxed(flaky: &Flaky) -> Result<u32, Box<dyn Classify>> {
        flaky.call().map_err(|_| Box::new(ServerError::Gone) as _)
    }
    let flaky = Flaky::failing(9);
    assert!(boxed(&flaky).is_err());
    assert_eq!(flaky.attempts(), 1);
}

#[retry(initial_delay = "0s")]
fn shared(attempts: &mut u32) -> Result<(), std::sync::Arc<ServerError>> {
    *attempts += 1;
    Err(std::sync::Arc::new(ServerError::Gone))
}

#[test]
fn an_error_that_is_shared_judges_itself_too() {
    let mut attempts = 0;
    assert!(shared(&mut attempts).is_err());
    assert_eq!(attempts, 1);
}

/// An error that a filter of ours knows, in one that another knows.
#[derive(Debug, thiserror::Error)]
enum Wrapped {
    #[error("connection")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Hidden(io::Error),
    #[error("busy")]
    Busy,
}

fn is_busy(error: &Wrapped) -> bool {
    matches!(error, Wrapped::Busy)
}

#[retry(initial_delay = "0s", filter = any_of((is_transient_io, is_transient, is_busy)))]
fn any(attempts: &mut u32, error: fn() -> Wrapped) -> Result<(), Wrapped> {
    *attempts += 1;
    Err(error())
}

#[retry(initial_delay = "0s", filter = all_of((is_transient_io, not(|_: &Wrapped| busy))))]
fn all(attempts: &mut u32, error: fn() -> Wrapped, busy: bool) -> Result<(), Wrapped> {
    *attempts += 1;
    Err(error())
}

fn attempts_of(call: impl Fn(&mut u32) -> Result<(), Wrapped>) -> u32 {
    let mut attempts = 0;
    call(&mut attempts).unwrap_err();
    attempts
}

#[test]
fn filters_are_combined() {
    let reset = || Wrapped::Io(io::ErrorKind::ConnectionReset.into());
    let denied = || Wrapped::Io(io::ErrorKind::PermissionDenied.into());
    assert_eq!(attempts_of(|attempts| any(attempts, reset)), 3);
    assert_eq!(attempts_of(|attempts| any(attempts, || Wrapped::Busy)), 3);
    assert_eq!(attempts_of(|attempts| any(attempts, denied)), 1);
    assert_eq!(attempts_of(|attempts| all(attempts, reset, false)), 3);
    assert_eq!(attempts_of(|attempts| all(attempts, reset, true)), 1);
    assert_eq!(attempts_of(|attempts| all(attempts, denied, false)), 1);
}

#[test]
fn a_transparent_variant_hides_its_error() {
    assert_eq!(attempts_of(|attempts| any(attempts, || Wrapped::Hidden(io::ErrorKind::TimedOut.into()))), 1);
}
