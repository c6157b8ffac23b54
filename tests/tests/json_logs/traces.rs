//! Whose trace a line belongs to.

use std::{collections::BTreeSet, sync::Barrier};

use futures_util::future::join_all;
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt, TraceState, Tracer},
};
use opentelemetry_sdk::trace::Sampler;
use tracing::instrument::WithSubscriber;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::*;

#[retry(max_attempts = 3, initial_delay = "1s", jitter = none)]
async fn fetch(number: u32) -> Result<(), Failure> {
    tokio::task::yield_now().await;
    Err(Failure(number))
}

#[retry(max_attempts = 3, initial_delay = "1ms", jitter = none)]
fn download(number: u32, together: &Barrier) -> Result<(), Failure> {
    together.wait();
    Err(Failure(number))
}

/// The requests of the lines, in order; each line has the id of its own request's trace, no two the same.
fn requests_of(traced: &Traced) -> Vec<String> {
    let lines = traced.lines();
    let mut requests = Vec::new();
    let mut traces = BTreeSet::new();
    for line in &lines {
        let request = line.text("error").to_owned();
        assert_eq!(line.text("trace_id"), traced.trace_of(&request), "{line:#?}");
        traces.insert(line.text("trace_id"));
        requests.push(request);
    }
    assert_eq!(traces.len(), requests.iter().collect::<BTreeSet<_>>().len());
    requests
}

/// A request's span; its name is that of the error by which its lines are known.
fn request(number: u32) -> tracing::Span {
    info_span!("request", otel.name = %Failure(number))
}

#[tokio::test(start_paused = true)]
async fn calls_that_interleave_on_a_thread_keep_to_their_own_traces() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    join_all((0..8).map(|number| fetch(number).instrument(request(number)))).await;
    let round = || (0..8).map(|number| Failure(number).to_string());
    assert_eq!(requests_of(&traced), round().chain(round()).chain(round()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_move_between_threads_keep_to_their_own_traces() {
    #[retry(max_attempts = 5, initial_delay = "1ms")]
    async fn wander(number: u32) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        Err(Failure(number))
    }

    let traced = Traced::default();
    let subscriber = tracing::Dispatch::new(traced.subscriber());
    let tasks = (0..16).map(|number| {
        let call = async move { wander(number).instrument(request(number)).await };
        tokio::spawn(call.with_subscriber(subscriber.clone()))
    });
    assert!(join_all(tasks).await.into_iter().all(|task| task.expect("no panic").is_err()));
    assert_eq!(requests_of(&traced).len(), 16 * 5);
}

#[test]
fn blocking_calls_on_threads_keep_to_their_own_traces() {
    let traced = Traced::default();
    let subscriber = tracing::Dispatch::new(traced.subscriber());
    let together = Barrier::new(4);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (subscriber, together) = (&subscriber, &together);
            let call = move || request(number).in_scope(|| download(number, together));
            scope.spawn(move || tracing::dispatcher::with_default(subscriber, call).is_err());
        }
    });
    assert_eq!(requests_of(&traced).len(), 4 * 3);
}

#[test]
fn outside_a_trace_the_field_is_absent() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    info_span!("earlier").in_scope(|| drop(create_worker(&Flaky::failing(9))));
    let within = traced.lines().len();
    assert!(create_worker(&Flaky::failing(9)).is_err());
    let lines = traced.lines();
    assert_eq!((within, lines.len()), (5, 10));
    assert!(lines[..5].iter().all(|line| line.get("trace_id").is_some()), "{lines:#?}");
    assert!(lines[5..].iter().all(|line| line.get("trace_id").is_none()), "{lines:#?}");
}

#[test]
fn the_trace_of_a_span_within_a_span_is_that_of_the_outer_one() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    info_span!("outer").in_scope(|| {
        info_span!("inner").in_scope(|| drop(create_worker(&Flaky::failing(0))));
        info_span!("inner").in_scope(|| drop(create_worker(&Flaky::failing(1))));
        drop(create_worker(&Flaky::failing(1)));
    });
    let trace = traced.trace_of("outer");
    let lines = traced.lines();
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| line.text("trace_id") == trace), "{lines:#?}");
}

const ELSEWHERE: &str = "0af7651916cd43dd8448eb211c80319c";

/// What a `traceparent` header brings.
fn remote_parent() -> Context {
    let trace = TraceId::from_hex(ELSEWHERE).expect("hex");
    let span = SpanId::from_hex("b7ad6b7169203331").expect("hex");
    let parent = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::default());
    Context::new().with_remote_span_context(parent)
}

#[test]
fn a_trace_that_began_elsewhere_keeps_its_id() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber());
    let span = info_span!("handle");
    span.set_parent(remote_parent()).expect("it has not begun");
    assert!(span.in_scope(|| create_worker(&Flaky::failing(9))).is_err());
    let lines = traced.lines();
    assert_eq!(lines.len(), 5);
    assert!(lines.iter().all(|line| line.text("trace_id") == ELSEWHERE), "{lines:#?}");
}

#[test]
fn a_trace_that_is_not_sampled_has_an_id_all_the_same() {
    let traced = Traced::default();
    let _guard = set_default(traced.subscriber_of(traced.tracer(Sampler::AlwaysOff)));
    let span = info_span!("unsampled");
    assert!(span.in_scope(|| create_worker(&Flaky::failing(1))).is_ok());
    let trace = span.context().span().span_context().trace_id().to_string();
    drop(span);
    assert!(!traced.has_exported());
    assert!(traced.lines().iter().all(|line| line.text("trace_id") == trace), "{:#?}", traced.lines());
    assert_eq!(traced.lines().len(), 2);
}

#[test]
fn a_span_of_opentelemetrys_own_will_do() {
    let traced = Traced::default();
    let tracer = traced.tracer(Sampler::AlwaysOn);
    let _guard = set_default(traced.subscriber());
    tracer.in_span("manual", |_| drop(create_worker(&Flaky::failing(1))));
    let trace = traced.trace_of("manual");
    assert_eq!(traced.lines().len(), 2);
    assert!(traced.lines().iter().all(|line| line.text("trace_id") == trace), "{:#?}", traced.lines());
}
