//! Events fall inside the caller's span, or that of the function itself.

use super::*;

fn spans(log: &Log) -> Vec<Vec<&'static str>> {
    log.lines().into_iter().map(|line| line.spans).collect()
}

#[test]
fn events_of_a_function_fall_inside_the_callers_span() {
    let (log, _guard) = Log::listen();
    tracing::info_span!("request").in_scope(|| drop(create_worker(&Flaky::failing(1))));
    assert_eq!(spans(&log), [["request"]; 2]);
}

#[retry(initial_delay = "1s", span)]
async fn spanned(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_span_of_its_own_has_its_events_there_and_knows_its_start() {
    let (log, _guard) = Log::listen();
    let _ = spanned(&Flaky::failing(1)).instrument(tracing::info_span!("request")).await;
    assert_eq!(spans(&log), [["request", "retry"]; 2]);
    assert!(log.lines().iter().all(|line| line.has("elapsed_seconds")), "{:#?}", log.lines());
}

#[tokio::test(start_paused = true)]
async fn events_of_calls_that_interleave_fall_each_inside_its_own_span() {
    let (log, _guard) = Log::listen();
    let (one, two) = (Flaky::failing(2), Flaky::failing(2));
    let _ = tokio::join!(
        annotated_async(&one).instrument(tracing::info_span!("one")),
        annotated_async(&two).instrument(tracing::info_span!("two")),
    );
    let spans = spans(&log);
    assert_eq!(spans.len(), 6);
    assert_eq!(spans.iter().filter(|spans| *spans == &["one"]).count(), 3);
    assert_eq!(spans.iter().filter(|spans| *spans == &["two"]).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn events_of_ad_hoc_calls_fall_inside_the_callers_span() {
    let (log, _guard) = Log::listen();
    let flaky = Flaky::failing(2);
    async {
        let _ = RetryPolicy::HTTP.call_async(|| flaky.call_async()).run().await;
        let mut attempts = RetryPolicy::HTTP.attempts("loop");
        attempts.next().await;
        let _ = attempts.failed("no");
        attempts.next().await;
        attempts.succeeded();
    }
    .instrument(tracing::info_span!("request"))
    .await;
    assert_eq!(spans(&log), [["request"]; 5]);
}

#[retry(initial_delay = "1s")]
#[tracing::instrument(skip_all)]
async fn instrumented_below(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tracing::instrument(skip_all)]
#[retry(initial_delay = "1s")]
async fn instrumented_above(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(sleep = record)]
#[tracing::instrument(skip_all)]
fn blocking_below(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tracing::instrument(skip_all)]
#[retry(sleep = record)]
fn blocking_above(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[tokio::test(start_paused = true)]
async fn instrument_on_either_side_encloses_the_events() {
    let (log, _guard) = Log::listen();
    let request = || tracing::info_span!("request");
    let _ = instrumented_below(&Flaky::failing(2)).instrument(request()).await;
    let _ = instrumented_above(&Flaky::failing(2)).instrument(request()).await;
    let spans = spans(&log);
    assert_eq!(spans[..3], [["request", "instrumented_below"]; 3]);
    assert_eq!(spans[3..], [["request", "instrumented_above"]; 3]);
}

#[test]
fn instrument_below_encloses_the_events_of_a_blocking_function() {
    let (log, _guard) = Log::listen();
    tracing::info_span!("request").in_scope(|| drop(blocking_below(&Flaky::failing(2))));
    assert_eq!(spans(&log), [["request", "blocking_below"]; 3]);
}

#[test]
fn instrument_above_encloses_the_events_of_a_blocking_function() {
    let (log, _guard) = Log::listen();
    tracing::info_span!("request").in_scope(|| drop(blocking_above(&Flaky::failing(2))));
    assert_eq!(spans(&log), [["request", "blocking_above"]; 3]);
}

#[tracing::instrument(skip_all, err, ret)]
#[retry(initial_delay = "1s")]
async fn reported_async(flaky: &Flaky, _owned: String) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tracing::instrument(skip_all, err)]
#[retry(sleep = record)]
fn reported_blocking(flaky: &Flaky, owned: String) -> Result<usize, Failure> {
    flaky.call()?;
    Ok(owned.len())
}

#[tracing::instrument(skip_all, err)]
#[retry(initial_delay = "1s")]
fn reported_future(flaky: &Flaky) -> impl Future<Output = Result<u32, Failure>> {
    async move { flaky.call_async().await }
}

#[async_trait::async_trait]
trait Reported {
    async fn reported_method(&self, owned: String) -> Result<usize, Failure>;
}

#[async_trait::async_trait]
impl Reported for Flaky {
    #[tracing::instrument(skip_all, err)]
    #[retry(initial_delay = "1s")]
    async fn reported_method(&self, owned: String) -> Result<usize, Failure> {
        self.call_async().await?;
        Ok(owned.len())
    }
}

/// Two failed attempts, the engine's last word and instrument's report, all in one span.
fn assert_reported_once(log: &Log, name: &str) {
    let lines = log.lines();
    assert!(lines.iter().all(|line| line.spans == [name]), "{name}: {lines:?}");
    let own = |line: &&Line| line.target == "retry_runtime";
    assert_eq!(lines.iter().filter(own).count(), 3, "{name}: {lines:?}");
    assert_eq!(lines.len(), 4, "{name}: {lines:?}");
}

#[tokio::test(start_paused = true)]
async fn instrument_above_reports_the_calls_outcome_once() {
    let (log, _guard) = Log::listen();
    let _ = reported_async(&Flaky::failing(9), String::new()).await;
    assert_reported_once(&log, "reported_async");
    let (log, _guard) = Log::listen();
    let _ = reported_future(&Flaky::failing(9)).await;
    assert_reported_once(&log, "reported_future");
    let (log, _guard) = Log::listen();
    let _ = Flaky::failing(9).reported_method(String::new()).await;
    assert_reported_once(&log, "reported_method");
}

#[test]
fn instrument_above_reports_the_outcome_of_a_blocking_call_once() {
    let (log, _guard) = Log::listen();
    let _ = reported_blocking(&Flaky::failing(9), String::new());
    assert_reported_once(&log, "reported_blocking");
}
