//! A subscriber as services set it up: spans go to OpenTelemetry's SDK, events are written as JSON lines.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter},
};
use serde_json::{Map, Value};
use tracing::Subscriber;
use tracing_subscriber::{fmt, layer::SubscriberExt};

/// What was written, and which spans were exported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traced {
    written: Arc<Mutex<Vec<u8>>>,
    exported: Arc<Mutex<Vec<SpanData>>>,
}

impl Traced {
    /// As the README sets it up.
    pub(crate) fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        self.subscriber_of(self.tracer(Sampler::AlwaysOn))
    }

    pub(crate) fn subscriber_of(&self, tracer: SdkTracer) -> impl Subscriber + Send + Sync + use<> {
        let written = self.written.clone();
        tracing_subscriber::registry()
            .with(tracing_opentelemetry::layer().with_tracer(tracer))
            .with(fmt::layer().json().flatten_event(true).with_writer(move || Writer(written.clone())))
    }

    pub(crate) fn tracer(&self, sampler: Sampler) -> SdkTracer {
        SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_simple_exporter(Exporter(self.exported.clone()))
            .build()
            .tracer("tests")
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        let written = lock(&self.written);
        let text = std::str::from_utf8(&written).expect("text");
        text.lines().map(|line| Line(serde_json::from_str(line).expect(line))).collect()
    }

    /// The trace of the one span of this name that was exported, in hex.
    pub(crate) fn trace_of(&self, span: &str) -> String {
        let exported = lock(&self.exported);
        let mut spans = exported.iter().filter(|exported| exported.name == span);
        let (Some(one), None) = (spans.next(), spans.next()) else { panic!("one {span} in {exported:#?}") };
        format!("{:032x}", u128::from_be_bytes(one.span_context.trace_id().to_bytes()))
    }

    pub(crate) fn has_exported(&self) -> bool {
        !lock(&self.exported).is_empty()
    }
}

/// A line, as a log store reads it.
#[derive(Clone, Debug)]
pub(crate) struct Line(Map<String, Value>);

impl Line {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no text {name} in {self:#?}"))
    }

    pub(crate) fn timestamp(&self) -> SystemTime {
        humantime::parse_rfc3339(self.text("timestamp")).expect("RFC 3339")
    }

    /// All of it but what differs from run to run: when it was written.
    pub(crate) fn lasting(mut self) -> Value {
        self.0.remove("timestamp").expect("every line has one");
        Value::Object(self.0)
    }
}

struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Exporter(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        lock(&self.0).extend(batch);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
