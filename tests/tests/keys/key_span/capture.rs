//! A subscriber that keeps spans: their fields and parents, and what happened in which order.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

/// What a subscriber was told.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Seen>,
    /// Which span has an id now.
    ids: HashMap<u64, usize>,
    /// Those that this thread is in, outermost first.
    entered: Vec<usize>,
    steps: Vec<String>,
}

/// A span.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) name: &'static str,
    pub(crate) target: String,
    pub(crate) level: Level,
    pub(crate) parent: Option<usize>,
    pub(crate) fields: Fields,
    pub(crate) is_open: bool,
}

pub(crate) type Fields = BTreeMap<&'static str, String>;

/// Fields as they are expected.
pub(crate) fn fields<const N: usize>(expected: [(&'static str, &str); N]) -> Fields {
    expected.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

impl Seen {
    /// The operation, or the attempt: `fetch`, `attempt 2`.
    fn label(&self) -> String {
        let field = |name| self.fields.get(name).cloned();
        match self.name {
            "retry" => field("retry.operation").unwrap_or_default(),
            "attempt" => format!("attempt {}", field("retry.attempt").unwrap_or_default()),
            name => name.to_owned(),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

impl Trace {
    /// Listens to everything that this thread says.
    pub(crate) fn listen() -> (Self, DefaultGuard) {
        let trace = Self::default();
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(trace.clone()));
        (trace, guard)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All spans, in the order in which they began.
    pub(crate) fn spans(&self) -> Vec<Seen> {
        self.kept().spans.clone()
    }

    /// The spans of calls.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.spans().into_iter().filter(|span| span.name == "retry").collect()
    }

    /// The one call there was.
    pub(crate) fn call(&self) -> Seen {
        let calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        calls[0].clone()
    }

    /// The attempts of all calls.
    pub(crate) fn attempts(&self) -> Vec<Seen> {
        self.spans().into_iter().filter(|span| span.name == "attempt").collect()
    }

    /// The value of a field in each attempt.
    pub(crate) fn attempt_field(&self, name: &str) -> Vec<Option<String>> {
        self.attempts().iter().map(|attempt| attempt.field(name).map(str::to_owned)).collect()
    }

    /// What happened: spans that begin and end, and events with the span that each is in.
    pub(crate) fn steps(&self) -> Vec<String> {
        self.kept().steps.clone()
    }

    /// The events alone.
    pub(crate) fn events(&self) -> Vec<String> {
        self.steps().into_iter().filter(|step| step.contains(" in ")).collect()
    }

    /// Every span is over, and so many attempts are children of the one call.
    #[track_caller]
    pub(crate) fn assert_one_call_of(&self, attempts: usize) {
        let spans = self.spans();
        let names: Vec<_> = spans.iter().map(|span| (span.name, span.parent)).collect();
        let mut expected = vec![("retry", None)];
        expected.resize(attempts + 1, ("attempt", Some(0)));
        assert_eq!(names, expected);
        assert!(spans.iter().all(|span| !span.is_open), "{spans:#?}");
        assert!(self.kept().entered.is_empty());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Trace {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let parent = context.span(id).and_then(|span| span.parent()).map(|parent| parent.id().into_u64());
        let metadata = attributes.metadata();
        let mut kept = self.kept();
        let mut seen = Seen {
            name: metadata.name(),
            target: metadata.target().to_owned(),
            level: *metadata.level(),
            parent: parent.map(|id| kept.ids[&id]),
            fields: BTreeMap::new(),
            is_open: true,
        };
        attributes.record(&mut Visitor(&mut seen.fields));
        let step = format!("{} begins", seen.label());
        kept.steps.push(step);
        let index = kept.spans.len();
        kept.ids.insert(id.into_u64(), index);
        kept.spans.push(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut kept = self.kept();
        let index = kept.ids[&id.into_u64()];
        values.record(&mut Visitor(&mut kept.spans[index].fields));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Visitor(&mut fields));
        let mut kept = self.kept();
        let span = context.event_span(event).map(|span| kept.ids[&span.id().into_u64()]);
        let place = span.map_or_else(|| "no span".to_owned(), |span| kept.spans[span].label());
        let what = match event.metadata().target() {
            "retry_runtime" => event.metadata().level().to_string(),
            _ => fields.remove("message").unwrap_or_default(),
        };
        kept.steps.push(format!("{what} in {place}"));
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        let mut kept = self.kept();
        let index = kept.ids[&id.into_u64()];
        kept.entered.push(index);
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        let mut kept = self.kept();
        let index = kept.ids[&id.into_u64()];
        assert_eq!(kept.entered.pop(), Some(index), "spans must nest");
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let mut kept = self.kept();
        let index = kept.ids[&id.into_u64()];
        kept.spans[index].is_open = false;
        let step = format!("{} ends", kept.spans[index].label());
        kept.steps.push(step);
    }
}

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
