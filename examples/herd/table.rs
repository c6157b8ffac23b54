//! The outcomes as a table, a line each.

use crate::{outcome::Outcome, strategies::Strategy};

pub(crate) fn head() -> String {
    let head = ["calls", "requests", "a call", "peak load", "goodput", "back after", "failed"];
    line("strategy", head.map(str::to_owned))
}

pub(crate) fn row(strategy: Strategy, outcome: &Outcome) -> String {
    let recovery = outcome.recovery().map(|time| format!("{:.1} s", time.as_secs_f64()));
    let cells = [
        outcome.calls.total().to_string(),
        outcome.requests.total().to_string(),
        format!("{:.2}", outcome.requests_per_call()),
        format!("{:.1} x", outcome.peak()),
        format!("{:.0} %", 100.0 * outcome.goodput_after()),
        recovery.unwrap_or_else(|| "never".to_owned()),
        format!("{:.1} %", 100.0 * outcome.failed_part()),
    ];
    line(strategy.name(), cells)
}

pub(crate) const LEGEND: &str = "\
requests: what came to the server; peak load: of a quarter of a second, as a multiple of the normal one;
goodput: answers in time in the minute after the outage, as a part of the calls; back after: how long after the outage
goodput was back at 95 % for good; failed: calls that ended with an error.";

fn line(strategy: &str, [calls, requests, each, peak, goodput, recovery, failed]: [String; 7]) -> String {
    format!("{strategy:<26}{calls:>10}{requests:>11}{each:>8}{peak:>11}{goodput:>9}{recovery:>12}{failed:>9}")
}
