//! Both lists as tables, in Markdown, to be pasted into a document.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment, Table, presets::ASCII_MARKDOWN};
use retry_runtime::{AnnotatedFunction, OperationStatistics, RetryPolicy};

pub(crate) fn functions(functions: &[AnnotatedFunction]) -> Table {
    let mut table =
        table(["where", "service", "operation", "waits", "attempts", "delays", "limits", "worst case"]);
    for function in functions {
        let policy = function.policy.as_ref();
        let attempts = policy.map(|policy| match policy.max_attempts() {
            Some(attempts) => attempts.to_string(),
            None => "unlimited".to_owned(),
        });
        let delays = policy.map(|policy| {
            let (initial, max) = (policy.initial_delay(), policy.max_delay());
            format!("{} {initial:?} to {max:?}, jitter {}", policy.backoff(), policy.jitter())
        });
        let limits = [
            ("attempt", function.attempt_timeout),
            ("call", function.deadline),
            ("elapsed", policy.and_then(RetryPolicy::max_elapsed)),
            ("waits", policy.and_then(RetryPolicy::max_total_delay)),
        ];
        let unknown = || "depends on types".to_owned();
        let limits = limits.into_iter().filter_map(|(of, limit)| Some(format!("{of} {:?}", limit?)));
        // Without a policy its own limits are not known, only the attributes'.
        let limits = limits.chain(policy.is_none().then(|| "others depend on types".to_owned()));
        table.add_row([
            Cell::new(format!("{}:{}", function.file, function.line)),
            Cell::new(function.service.unwrap_or_default()),
            Cell::new(function.operation),
            Cell::new(if function.is_async { "async" } else { "blocking" }),
            number(attempts.unwrap_or_else(unknown)),
            Cell::new(delays.unwrap_or_else(unknown)),
            Cell::new(limits.collect::<Vec<_>>().join(", ")),
            number(function.worst_case_delay.map_or_else(unknown, seconds)),
        ]);
    }
    table
}

pub(crate) fn statistics(statistics: &[OperationStatistics]) -> Table {
    let mut table = table([
        "service",
        "operation",
        "attempts",
        "retries",
        "ok",
        "of them retried",
        "permanent",
        "exhausted",
        "other",
        "last error",
        "budget",
        "breaker",
    ]);
    for one in statistics {
        let budget = one.budget.as_ref().map(|budget| format!("{}: {}", budget.name, budget.balance));
        let breaker =
            one.circuit_breaker.as_ref().map(|breaker| format!("{}: {}", breaker.name, breaker.state));
        table.add_row([
            Cell::new(one.service.unwrap_or_default()),
            Cell::new(one.operation),
            number(one.attempts),
            number(one.retries),
            number(one.successes),
            number(one.successes_after_retries),
            number(one.failures_permanent),
            number(one.failures_exhausted),
            number(one.failures_other),
            Cell::new(one.last_error_type.unwrap_or_default()),
            Cell::new(budget.unwrap_or_default()),
            Cell::new(breaker.unwrap_or_default()),
        ]);
    }
    table
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table
}

fn number(number: impl ToString) -> Cell {
    Cell::new(number).set_alignment(CellAlignment::Right)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
