//! The one table of keys: it feeds the parser, the messages and the test of the documentation.

/// A key of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Policy,
    PolicyFrom,
    MaxAttempts,
    InitialDelay,
    MaxDelay,
    MaxElapsed,
    MaxRetryAfter,
    MaxTotalDelay,
    AttemptTimeout,
    TimeoutError,
    Deadline,
    DeadlineFrom,
    Cancel,
    Budget,
    CircuitBreaker,
    OpenError,
    Adaptive,
    Idempotency,
    ConflictError,
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
    Configurable,
    Coordinated,
    Span,
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

pub(crate) const KEYS: [Entry; 39] = [
    entry(Key::Policy, "policy", "policy = aggressive"),
    entry(Key::PolicyFrom, "policy_from", "policy_from = self.policy"),
    entry(Key::MaxAttempts, "max_attempts", "max_attempts = 5"),
    entry(Key::InitialDelay, "initial_delay", "initial_delay = \"100ms\""),
    entry(Key::MaxDelay, "max_delay", "max_delay = \"10s\""),
    entry(Key::MaxElapsed, "max_elapsed", "max_elapsed = \"30s\""),
    entry(Key::MaxRetryAfter, "max_retry_after", "max_retry_after = \"1m\""),
    entry(Key::MaxTotalDelay, "max_total_delay", "max_total_delay = \"20s\""),
    entry(Key::AttemptTimeout, "attempt_timeout", "attempt_timeout = \"5s\""),
    entry(Key::TimeoutError, "timeout_error", "timeout_error = |elapsed| elapsed.into()"),
    entry(Key::Deadline, "deadline", "deadline = \"30s\""),
    entry(Key::DeadlineFrom, "deadline_from", "deadline_from = request.deadline"),
    entry(Key::Cancel, "cancel", "cancel = shutdown"),
    entry(Key::Budget, "budget", "budget = API"),
    entry(Key::CircuitBreaker, "circuit_breaker", "circuit_breaker = LAKE"),
    entry(Key::OpenError, "open_error", "open_error = |open| open.into()"),
    entry(Key::Adaptive, "adaptive", "adaptive = API_RATE"),
    entry(Key::Idempotency, "idempotency_key", "idempotency_key = order.id"),
    entry(Key::ConflictError, "conflict_error", "conflict_error = |conflict| conflict.into()"),
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
    entry(Key::Configurable, "configurable", "configurable = false"),
    entry(Key::Coordinated, "coordinated", "coordinated = false"),
    entry(Key::Span, "span", "span = true"),
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

/// What other crates and the documents call it.
pub(crate) fn synonym(word: &str) -> Option<Key> {
    Some(match word {
        "policy_fn" | "policy_with" | "dynamic_policy" => Key::PolicyFrom,
        "attempts" | "retries" | "max_retries" | "max_tries" | "tries" | "times" => Key::MaxAttempts,
        "delay" | "wait" | "min_delay" | "min_wait" | "base_delay" | "interval" => Key::InitialDelay,
        "max_wait" | "max_interval" | "cap" => Key::MaxDelay,
        "timeout" => Key::AttemptTimeout,
        "call_timeout" | "total_timeout" => Key::Deadline,
        "max_time" | "max_duration" => Key::MaxElapsed,
        "cancellation" | "cancel_token" | "token" => Key::Cancel,
        "retry_budget" => Key::Budget,
        "breaker" => Key::CircuitBreaker,
        "adaptive_rate" | "rate" | "rate_limit" => Key::Adaptive,
        "idempotent" | "dedup_key" | "once_per" => Key::Idempotency,
        "base" | "factor" | "multiplier" => Key::ExponentialBase,
        "jitter_factor" => Key::Jitter,
        "retry_if" | "retry_on" | "retry_when" | "when" | "condition" | "predicate" => Key::Filter,
        "notify" | "on_error" => Key::OnRetry,
        "name" | "operation_name" => Key::Operation,
        "service_name" => Key::Service,
        "settings" | "config" | "overridable" | "tunable" => Key::Configurable,
        "coordination" | "coordinate" | "coordination_enabled" => Key::Coordinated,
        "spans" | "trace" | "tracing" | "instrument" => Key::Span,
        _ => return None,
    })
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    KEYS.iter().map(|entry| entry.name)
}

/// The documentation and the tests of each key, held to the table.
#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use retry_rules::{DEFAULT_MAX_RETRY_AFTER, Jitter, Text, presets};

    use super::*;

    const DOCS: &str = include_str!("../docs/retry.md");

    /// A row of the table, without the backquotes of its first cell.
    struct Row {
        name: String,
        default: String,
    }

    fn rows() -> Vec<Row> {
        let table = DOCS.lines().skip_while(|line| *line != "| key | value | default | meaning |");
        let rows = table.skip(2).take_while(|line| line.starts_with('|'));
        rows.map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let [name, value, default, meaning] = cells[..] else { panic!("not four cells: {row}") };
            assert!(!value.is_empty() && !meaning.is_empty(), "an empty cell: {row}");
            Row { name: name.trim_matches('`').to_owned(), default: default.to_owned() }
        })
        .collect()
    }

    fn tests_package() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests")
    }

    #[test]
    fn the_table_has_one_row_for_each_key() {
        let documented: Vec<String> = rows().into_iter().map(|row| row.name).collect();
        assert_eq!(documented, names().collect::<Vec<_>>());
    }

    #[test]
    fn each_key_has_one_section() {
        let sections: Vec<&str> = DOCS
            .lines()
            .filter_map(|line| line.strip_prefix("### `"))
            .map(|title| title.strip_suffix('`').expect("a key's name alone"))
            .collect();
        assert_eq!(sections, names().collect::<Vec<_>>());
    }

    #[test]
    fn the_defaults_are_those_of_the_default_preset() {
        let schedule = presets::DEFAULT.schedule;
        let Jitter::Factor(jitter) = schedule.jitter else { panic!("not a factor: {:?}", schedule.jitter) };
        let duration = |duration| Text::new().duration(duration).to_string();
        let expected = [
            (Key::MaxAttempts, schedule.max_attempts.to_string()),
            (Key::InitialDelay, duration(schedule.initial_delay)),
            (Key::MaxDelay, duration(schedule.max_delay)),
            (Key::MaxElapsed, schedule.max_elapsed.map_or("none".to_owned(), duration)),
            (Key::MaxRetryAfter, duration(DEFAULT_MAX_RETRY_AFTER)),
            (Key::Backoff, format!("`{:?}`", schedule.backoff).to_lowercase()),
            (Key::ExponentialBase, schedule.exponential_base.to_string()),
            (Key::Jitter, jitter.to_string()),
        ];
        let rows = rows();
        for (key, figure) in expected {
            let name = key.entry().name;
            let row = rows.iter().find(|row| row.name == name).expect(name);
            assert_eq!(row.default, format!("policy: {figure}"), "{name}");
        }
    }

    #[test]
    fn each_key_has_a_behaviour_test() {
        let folder = tests_package().join("keys");
        let missing: Vec<_> =
            names().filter(|name| !folder.join(format!("key_{name}.rs")).is_file()).collect();
        assert!(missing.is_empty(), "no key_<name>.rs in {} for {missing:?}", folder.display());
    }

    #[test]
    fn each_key_has_a_test_of_what_does_not_compile() {
        let folder = tests_package().join("compile_fail");
        let files: Vec<String> = std::fs::read_dir(&folder)
            .expect("the folder of compile-fail tests")
            .map(|file| file.expect("a readable folder").file_name().to_string_lossy().into_owned())
            .filter(|file| Path::new(file).extension().is_some_and(|extension| extension == "rs"))
            .collect();
        let missing: Vec<_> = names().filter(|name| !files.iter().any(|file| is_about(file, name))).collect();
        assert!(missing.is_empty(), "no key_<name>_*.rs in {} for {missing:?}", folder.display());
    }

    #[test]
    fn the_expansion_shown_is_the_real_one_with_shorter_paths() {
        let real = crate::expand::retry(
            quote::quote!(max_attempts = 5, filter = is_transient),
            quote::quote!(
                async fn fetch(url: &str) -> Result<String, std::io::Error> {
                    let body = get(url).await?;
                    Ok(body)
                }
            ),
        );
        let prefixes = [
            "::core::option::Option::",
            "::core::result::Result::",
            "::retry_runtime::__private::",
            "::retry_runtime::",
        ];
        let mut real = pretty(&real.to_string()).replace("use ::", "use ").replace("5u32", "5");
        for prefix in prefixes {
            real = real.replace(prefix, "");
        }
        let shown = DOCS
            .split("```")
            .find(|block| block.contains("static __RETRY_SITE"))
            .expect("the block with the expansion");
        let shown = shown.lines().filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n");
        let start = shown.find("async fn fetch").expect("the function");
        let (real, shown) = (pretty(&real), pretty(&shown[start..]));
        assert!(real == shown, "the real one:\n{real}\nthe one shown:\n{shown}");
    }

    fn pretty(code: &str) -> String {
        prettyplease::unparse(&syn::parse_file(code).unwrap_or_else(|error| panic!("{error}: {code}")))
    }

    /// Whether the file is about the key `name`, and not about one whose name begins so:
    /// `key_filter_ok_wrong_return.rs` is none of `filter`.
    fn is_about(file: &str, name: &str) -> bool {
        let of = |name: &str| file.starts_with(&format!("key_{name}_"));
        of(name) && !names().any(|other| other.len() > name.len() && other.starts_with(name) && of(other))
    }
}
