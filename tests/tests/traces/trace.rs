//! A trace, as a viewer puts it together from what it was sent.

use std::{collections::BTreeMap, fmt::Write};

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value},
    trace::v1 as sent,
};
use serde_json::{Value, json};

pub(crate) use sent::{span::SpanKind, status::StatusCode};

/// What `tracing-opentelemetry` adds to each span, and to events too but for the target, which is the log's.
const OF_THE_LAYER: [&str; 7] = [
    "busy_ns",
    "code.file.path",
    "code.line.number",
    "code.module.name",
    "idle_ns",
    "thread.id",
    "thread.name",
];

pub(crate) type Attributes = BTreeMap<String, Value>;

#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) trace: String,
    id: Vec<u8>,
    parent: Vec<u8>,
    /// In nanoseconds since 1970.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) status: StatusCode,
    pub(crate) status_message: String,
    pub(crate) attributes: Attributes,
    pub(crate) events: Vec<Event>,
}

/// A span's event, which is a line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) message: String,
    pub(crate) time: u64,
    pub(crate) attributes: Attributes,
}

/// The spans in order of their start.
#[derive(Debug)]
pub(crate) struct Trace(Vec<Span>);

impl Trace {
    pub(crate) fn of(spans: impl Iterator<Item = sent::Span>) -> Self {
        let mut spans: Vec<_> = spans.map(Span::from).collect();
        spans.sort_by_key(|span| span.start);
        Self(spans)
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.0
    }

    /// The one span that has no parent.
    pub(crate) fn root(&self) -> &Span {
        let roots: Vec<_> = self.0.iter().filter(|span| span.parent.is_empty()).collect();
        let [root] = roots[..] else { panic!("one root, not {roots:#?}") };
        root
    }

    pub(crate) fn children(&self, parent: &Span) -> impl Iterator<Item = &Span> {
        self.0.iter().filter(|span| span.parent == parent.id)
    }

    /// The span of the call of this operation.
    pub(crate) fn call(&self, operation: &str) -> &Span {
        let call = self.children(self.root()).find(|call| call.name == operation);
        call.unwrap_or_else(|| panic!("a span {operation} in {self:#?}"))
    }

    pub(crate) fn attempts(&self, operation: &str) -> Vec<&Span> {
        self.children(self.call(operation)).collect()
    }

    /// The names, a line each, indented below their parents'.
    pub(crate) fn outline(&self) -> String {
        let mut outline = String::new();
        self.outline_below(self.root(), 0, &mut outline);
        outline
    }

    fn outline_below(&self, span: &Span, depth: usize, outline: &mut String) {
        let attempt = span.attributes.get("retry.attempt").map(|attempt| format!(" {attempt}"));
        writeln!(outline, "{:depth$}{}{}", "", span.name, attempt.unwrap_or_default()).expect("text");
        self.children(span).for_each(|child| self.outline_below(child, depth + 2, outline));
    }
}

impl From<sent::Span> for Span {
    fn from(span: sent::Span) -> Self {
        let mut attributes = attributes(span.attributes.clone());
        attributes.remove("target");
        let status = span.status.clone().unwrap_or_default();
        Self {
            kind: span.kind(),
            trace: hex(&span.trace_id),
            id: span.span_id,
            parent: span.parent_span_id,
            start: span.start_time_unix_nano,
            end: span.end_time_unix_nano,
            status: status.code(),
            status_message: status.message,
            attributes,
            events: span.events.into_iter().map(Event::from).collect(),
            name: span.name,
        }
    }
}

impl From<sent::span::Event> for Event {
    fn from(event: sent::span::Event) -> Self {
        Self { message: event.name, time: event.time_unix_nano, attributes: attributes(event.attributes) }
    }
}

pub(crate) fn attributes(sent: Vec<KeyValue>) -> Attributes {
    let named = sent.into_iter().map(|attribute| (attribute.key, value(attribute.value)));
    named.filter(|(name, _)| !OF_THE_LAYER.contains(&name.as_str())).collect()
}

fn value(sent: Option<AnyValue>) -> Value {
    match sent.and_then(|sent| sent.value) {
        Some(any_value::Value::StringValue(text)) => json!(text),
        Some(any_value::Value::BoolValue(is)) => json!(is),
        Some(any_value::Value::IntValue(number)) => json!(number),
        Some(any_value::Value::DoubleValue(number)) => json!(number),
        other => panic!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
