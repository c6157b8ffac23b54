//! The one table of keys: it feeds the parser, the messages and the test of the documentation.

/// A key of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Policy,
    MaxAttempts,
    InitialDelay,
    MaxDelay,
    MaxElapsed,
    MaxRetryAfter,
    MaxTotalDelay,
    Backoff,
    ExponentialBase,
    Jitter,
    Filter,
    FilterOk,
    Clone,
    Context,
    OnRetry,
    OnSuccess,
    OnGiveUp,
    BeforeRetry,
    Fallback,
    WrapError,
    Service,
    Operation,
    Sleep,
    Crate,
}

/// What a key is called and what it takes.
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) name: &'static str,
    /// How to write it, for messages.
    pub(crate) usage: &'static str,
}

const fn entry(key: Key, name: &'static str, usage: &'static str) -> Entry {
    Entry { key, name, usage }
}

pub(crate) const KEYS: [Entry; 24] = [
    entry(Key::Policy, "policy", "policy = aggressive"),
    entry(Key::MaxAttempts, "max_attempts", "max_attempts = 5"),
    entry(Key::InitialDelay, "initial_delay", "initial_delay = \"100ms\""),
    entry(Key::MaxDelay, "max_delay", "max_delay = \"10s\""),
    entry(Key::MaxElapsed, "max_elapsed", "max_elapsed = \"30s\""),
    entry(Key::MaxRetryAfter, "max_retry_after", "max_retry_after = \"1m\""),
    entry(Key::MaxTotalDelay, "max_total_delay", "max_total_delay = \"20s\""),
    entry(Key::Backoff, "backoff", "backoff = exponential"),
    entry(Key::ExponentialBase, "exponential_base", "exponential_base = 2.0"),
    entry(Key::Jitter, "jitter", "jitter = 0.1"),
    entry(Key::Filter, "filter", "filter = is_transient_http"),
    entry(Key::FilterOk, "filter_ok", "filter_ok = |value| value.is_pending()"),
    entry(Key::Clone, "clone", "clone(request)"),
    entry(Key::Context, "context", "context = cx"),
    entry(Key::OnRetry, "on_retry", "on_retry = |event| count(event)"),
    entry(Key::OnSuccess, "on_success", "on_success = |event| count(event)"),
    entry(Key::OnGiveUp, "on_give_up", "on_give_up = |event| alert(event)"),
    entry(Key::BeforeRetry, "before_retry", "before_retry = |cx| reconnect(cx)"),
    entry(Key::Fallback, "fallback", "fallback = |error| cached(error)"),
    entry(Key::WrapError, "wrap_error", "wrap_error"),
    entry(Key::Service, "service", "service = \"billing\""),
    entry(Key::Operation, "operation", "operation = \"create_invoice\""),
    entry(Key::Sleep, "sleep", "sleep = my_runtime::sleep"),
    entry(Key::Crate, "crate", "crate = ::my_reexport::retry_runtime"),
];

impl Key {
    pub(crate) fn named(name: &str) -> Option<Self> {
        KEYS.iter().find(|entry| entry.name == name).map(|entry| entry.key)
    }

    pub(crate) fn entry(self) -> &'static Entry {
        // The table has every key; the first entry can stand in for none.
        KEYS.iter().find(|entry| entry.key == self).unwrap_or(&KEYS[0])
    }
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    KEYS.iter().map(|entry| entry.name)
}
