//! `span`: a span for each call, and a child for each attempt.

pub(crate) mod capture;
mod limits;
mod order;
mod shapes;

use std::{fmt, io};

use retry_runtime::{Classify, Verdict, connect_only, is_transient_http, retry};
use retry_tests::{Failure, Flaky, record, record_async};
use tracing::Level;
use tracing_subscriber::{Layer, filter::LevelFilter, layer::SubscriberExt};

use self::capture::{Trace, fields};

#[retry(max_attempts = 5, jitter = none, sleep = record, span = true)]
fn fetch(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(max_attempts = 5, jitter = none, sleep = record_async, span = true)]
async fn fetch_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

// The tree.

#[test]
fn a_call_is_a_span_and_each_attempt_its_child() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(fetch(&Flaky::failing(2)), Ok(3));
    trace.assert_one_call_of(3);
    for span in trace.spans() {
        assert_eq!((span.target.as_str(), span.level), ("retry_runtime", Level::INFO));
    }
}

#[tokio::test]
async fn an_async_call_is_the_same() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(fetch_async(&Flaky::failing(2)).await, Ok(3));
    trace.assert_one_call_of(3);
}

#[test]
fn a_call_is_a_child_of_the_span_it_is_made_in() {
    let (trace, _guard) = Trace::listen();
    tracing::info_span!("request").in_scope(|| fetch(&Flaky::failing(0))).expect("no failure");
    let parents: Vec<_> = trace.spans().iter().map(|span| (span.name, span.parent)).collect();
    assert_eq!(parents, [("request", None), ("retry", Some(0)), ("attempt", Some(1))]);
}

#[retry(span, sleep = record)]
fn outer(inner: &Flaky) -> Result<u32, Failure> {
    fetch(inner)
}

#[test]
fn a_call_inside_an_attempt_is_that_attempts_child() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(outer(&Flaky::failing(0)), Ok(1));
    let parents: Vec<_> = trace.spans().iter().map(|span| (span.name, span.parent)).collect();
    assert_eq!(parents, [("retry", None), ("attempt", Some(0)), ("retry", Some(1)), ("attempt", Some(2))]);
}

// Fields.

#[retry(max_attempts = 4, jitter = none, sleep = record, span, service = "billing", operation = "charge")]
fn named(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_success_after_retries_is_no_error_of_the_call() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(named(&Flaky::failing(1)), Ok(2));
    assert_eq!(
        trace.call().fields,
        fields([
            ("otel.name", "charge"),
            ("otel.kind", "internal"),
            ("retry.operation", "charge"),
            ("service.peer.name", "billing"),
            ("retry.max_attempts", "4"),
            ("retry.attempts", "2"),
        ])
    );
    let attempts = trace.attempts();
    assert_eq!(
        attempts[0].fields,
        fields([
            ("otel.name", "attempt"),
            ("retry.attempt", "1"),
            ("error.type", "retry_tests::Failure"),
            ("otel.status_code", "ERROR"),
            ("otel.status_description", "attempt 1 failed"),
            ("retry.delay_seconds", "0.1"),
        ])
    );
    assert_eq!(attempts[1].fields, fields([("otel.name", "attempt"), ("retry.attempt", "2")]));
}

#[test]
fn a_call_that_is_given_up_is_an_error_with_its_reason() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(named(&Flaky::failing(9)), Err(Failure(4)));
    assert_eq!(
        trace.call().fields,
        fields([
            ("otel.name", "charge"),
            ("otel.kind", "internal"),
            ("retry.operation", "charge"),
            ("service.peer.name", "billing"),
            ("retry.max_attempts", "4"),
            ("retry.attempts", "4"),
            ("retry.reason", "attempts exhausted"),
            ("error.type", "retry_tests::Failure"),
            ("otel.status_code", "ERROR"),
            ("otel.status_description", "attempt 4 failed"),
        ])
    );
    let last = &trace.attempts()[3];
    assert_eq!(last.field("otel.status_code"), Some("ERROR"));
    assert_eq!(last.field("retry.delay_seconds"), None, "no wait follows");
    let delays = trace.attempt_field("retry.delay_seconds");
    assert_eq!(delays[..3], ["0.1", "0.2", "0.4"].map(|delay| Some(delay.to_owned())));
}

#[derive(Debug)]
struct Broken(io::Error);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sending failed")
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Classify for Broken {
    fn classify(&self) -> Verdict {
        Verdict::PERMANENT
    }

    fn error_type(&self) -> &'static str {
        "broken"
    }
}

#[retry(span)]
fn broken() -> Result<(), Broken> {
    Err(Broken(io::Error::other("pipe")))
}

#[test]
fn an_error_is_described_as_in_the_log_and_counted_as_it_says() {
    let (trace, _guard) = Trace::listen();
    assert!(broken().is_err());
    trace.assert_one_call_of(1);
    for span in trace.spans() {
        assert_eq!(span.field("otel.status_description"), Some("sending failed: pipe"));
        assert_eq!(span.field("error.type"), Some("broken"));
    }
    assert_eq!(trace.call().field("retry.reason"), Some("permanent"));
}

#[retry(max_attempts = unlimited, max_elapsed = "1s", initial_delay = "0s", span)]
fn unlimited(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn without_a_limit_there_is_no_number_of_attempts() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(unlimited(&Flaky::failing(1)), Ok(2));
    assert_eq!(trace.call().field("retry.max_attempts"), None);
    assert_eq!(trace.call().field("service.peer.name"), None, "it has none");
}

#[retry(initial_delay = "0s", span, filter_ok = |value| *value < 9)]
fn turned_down(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_value_that_is_turned_down_is_an_error_of_its_attempt() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(turned_down(&Flaky::failing(0)), Ok(3));
    for span in trace.spans() {
        assert_eq!(span.field("error.type"), Some("turned_down"));
        assert_eq!(span.field("otel.status_description"), Some("value turned down by filter_ok"));
    }
    assert_eq!(trace.call().field("retry.reason"), Some("attempts exhausted"));
}

// HTTP requests.

macro_rules! requests {
    ($($name:ident: [$($arguments:tt)*])+) => {$(
        #[retry($($arguments)*, initial_delay = "0s", span)]
        fn $name(flaky: &Flaky) -> io::Result<u32> {
            flaky.call().map_err(|_| io::ErrorKind::ConnectionRefused.into())
        }
    )+};
}

requests! {
    by_preset: [http]
    by_filter: [filter = is_transient_http]
    by_path: [filter = retry_runtime::is_transient_http]
    connecting: [filter = connect_only]
    other: [filter = |error| is_transient_http(error)]
}

#[test]
fn a_request_that_is_sent_again_is_counted() {
    for call in [by_preset, by_filter, by_path, connecting] {
        let (trace, _guard) = Trace::listen();
        assert_eq!(call(&Flaky::failing(2)).ok(), Some(3));
        let counts = trace.attempt_field("http.request.resend_count");
        assert_eq!(counts, [None, Some("1".to_owned()), Some("2".to_owned())]);
    }
}

#[test]
fn attempts_that_may_send_something_else_have_no_such_count() {
    for call in [other, |flaky: &Flaky| fetch(flaky).map_err(io::Error::other)] {
        let (trace, _guard) = Trace::listen();
        assert_eq!(call(&Flaky::failing(2)).ok(), Some(3));
        assert_eq!(trace.attempt_field("http.request.resend_count"), [const { None }; 3]);
    }
}

// On and off.

#[retry(initial_delay = "0s", span = false)]
fn without(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn where_they_are_off_there_are_none() {
    let (trace, _guard) = Trace::listen();
    assert_eq!(without(&Flaky::failing(1)), Ok(2));
    assert!(trace.spans().is_empty(), "{:#?}", trace.spans());
    assert_eq!(trace.events(), ["WARN in no span", "INFO in no span"]);
}

#[cfg(feature = "settings")]
#[retry(initial_delay = "0s", span = true, operation = "spanned_and_tuned")]
fn tuned(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[cfg(feature = "settings")]
#[test]
fn a_span_says_how_many_attempts_settings_allow() {
    retry_runtime::settings::update("spanned_and_tuned", |tuned| tuned.max_attempts(7)).unwrap();
    let (trace, _guard) = Trace::listen();
    assert_eq!(tuned(&Flaky::failing(0)), Ok(1));
    assert_eq!(trace.call().field("retry.max_attempts"), Some("7"));
}

#[test]
fn where_they_are_filtered_out_the_log_stays() {
    let trace = Trace::default();
    let warnings = trace.clone().with_filter(LevelFilter::WARN);
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(warnings));
    assert_eq!(fetch(&Flaky::failing(2)), Ok(3));
    assert_eq!(trace.steps(), ["WARN in no span"; 2]);
}

#[tokio::test]
async fn without_a_subscriber_calls_do_the_same() {
    assert_eq!(fetch(&Flaky::failing(2)), Ok(3));
    assert_eq!(fetch_async(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(named(&Flaky::failing(9)), Err(Failure(4)));
}
