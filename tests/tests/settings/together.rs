//! Rules that take more than one field: they are held for each function, and name all that is set.

use crate::probe::{alone, refused, told};

/// The one problem: how it begins, and how it ends.
fn says(variables: &[(&str, &str)], start: &str, end: &str) {
    let said = refused(variables);
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].starts_with(start) && said[0].ends_with(end), "{said:#?}\n{start}\n{end}");
}

#[test]
fn an_initial_delay_above_the_longest_names_both() {
    says(
        &[("RETRY__PAY_INITIAL_DELAY", "9"), ("RETRY__PAY_MAX_DELAY", "8")],
        "environment: RETRY__PAY_INITIAL_DELAY = \"9\": for `pay` (tests/src/bin/settings-probe/functions.rs:",
        "), beside environment: RETRY__PAY_MAX_DELAY = \"8\": `initial_delay` (9 s) is above `max_delay` (8 s): \
         lower the first or, before it, raise the second",
    );
}

/// `max_delay` of `written` is a key: 4 s. That of `on_worker` is its policy's: 10 s.
#[test]
fn exactly_the_functions_that_would_break_a_rule_are_named() {
    says(
        &[("RETRY__WORKER_MAX_DELAY", "0.5")],
        "environment: RETRY__WORKER_MAX_DELAY = \"0.5\": for the policy `worker`, `on_worker` (",
        "): `initial_delay` (1 s) is above `max_delay` (500 ms): lower the first or, before it, raise the second",
    );
    says(
        &[("RETRY__WRITTEN_INITIAL_DELAY", "5")],
        "environment: RETRY__WRITTEN_INITIAL_DELAY = \"5\": for `written` (",
        "): `initial_delay` (5 s) is above `max_delay` (4 s): lower the first or, before it, raise the second",
    );
}

#[test]
fn two_sources_are_both_named() {
    let variables = [("RETRY__PAY_MAX_DELAY", "8")];
    let said = told(&variables, &["init", "update pay initial_delay=9", "call pay"]);
    assert_eq!(said.len(), 3, "{said:#?}");
    let start = "run time: pay.initial_delay = 9 s: for `pay` (";
    let beside = "), beside environment: RETRY__PAY_MAX_DELAY = \"8\": `initial_delay` (9 s) is above ";
    assert!(said[1].starts_with(start) && said[1].contains(beside), "{said:#?}");
    assert_eq!(said[2], "4 attempts of 4, waited 1s 2s 4s");
}

#[test]
fn the_worst_case_must_keep_the_promise() {
    // 1 + 2 + 4 + 8 s.
    says(
        &[("RETRY__PROMISED_MAX_ATTEMPTS", "5")],
        "environment: RETRY__PROMISED_MAX_ATTEMPTS = \"5\": for `promised` (",
        "): the policy may wait up to 15 s in all, which is above `max_total_delay` (10 s): \
         use fewer attempts or shorter delays, or raise the limit",
    );
    says(
        &[
            ("RETRY__PAY_MAX_TOTAL_DELAY", "6"),
            ("RETRY__PAY_BACKOFF", "constant"),
            ("RETRY__PAY_INITIAL_DELAY", "3"),
        ],
        "environment: RETRY__PAY_MAX_TOTAL_DELAY = \"6\": for `pay` (",
        ", beside environment: RETRY__PAY_INITIAL_DELAY = \"3\", environment: RETRY__PAY_BACKOFF = \"constant\": \
         the policy may wait up to 9 s in all, which is above `max_total_delay` (6 s): \
         use fewer attempts or shorter delays, or raise the limit",
    );
}

#[test]
fn an_attempt_timeout_must_lie_below_the_deadline() {
    let end = "`attempt_timeout` has no effect, for the `deadline` of the call is no later: \
               lower the first, or remove it";
    says(
        &[("RETRY__LIMITED_ATTEMPT_TIMEOUT", "10")],
        "environment: RETRY__LIMITED_ATTEMPT_TIMEOUT = \"10\": for `limited` (",
        end,
    );
    says(
        &[("RETRY__LIMITED_DEADLINE", "2")],
        "environment: RETRY__LIMITED_DEADLINE = \"2\": for `limited` (",
        end,
    );
    says(
        &[("RETRY__LIMITED_DEADLINE", "5"), ("RETRY__LIMITED_ATTEMPT_TIMEOUT", "5")],
        "environment: RETRY__LIMITED_ATTEMPT_TIMEOUT = \"5\": for `limited` (",
        &format!("), beside environment: RETRY__LIMITED_DEADLINE = \"5\": {end}"),
    );
}

#[test]
fn what_is_refused_by_itself_takes_no_part() {
    // If it were the deadline of `pay`, attempts could be unlimited.
    let said = refused(&[("RETRY__PAY_DEADLINE", "5"), ("RETRY__PAY_MAX_ATTEMPTS", "unlimited")]);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].contains("RETRY__PAY_DEADLINE = \"5\": the code has no `deadline`"), "{said:#?}");
    assert!(said[1].contains("unlimited attempts need a time limit"), "{said:#?}");
}

#[test]
fn what_has_no_effect_beside_the_rest_is_refused() {
    says(
        &[("RETRY_BACKOFF", "linear"), ("RETRY_EXPONENTIAL_BASE", "3")],
        "environment: RETRY_EXPONENTIAL_BASE = \"3\": ",
        ": `exponential_base` has no effect on a linear backoff: remove it, or use `backoff = exponential`",
    );
    says(
        &[("RETRY_JITTER", "decorrelated"), ("RETRY_EXPONENTIAL_BASE", "3")],
        "environment: RETRY_EXPONENTIAL_BASE = \"3\": ",
        "`jitter = decorrelated` replaces the backoff, so `exponential_base` has no effect: remove one",
    );
    says(
        &[("RETRY_JITTER", "0.2"), ("RETRY_JITTER_FACTOR", "0.3")],
        "environment: RETRY_JITTER_FACTOR = \"0.3\": ",
        "`jitter_factor` goes with `jitter = true`: remove one of them",
    );
    // Switched off, the factor may stay where it is.
    let off = [("RETRY_JITTER", "false"), ("RETRY_JITTER_FACTOR", "0.3")];
    assert_eq!(told(&off, &["init", "value default jitter"]), ["ok", "none (environment: RETRY_JITTER)"]);
    let said = alone(&["update default backoff=linear exponential_base=3"]);
    let message =
        "`exponential_base` has no effect on a linear backoff: remove it, or use `backoff = exponential`";
    assert_eq!(said, [format!("run time: default.exponential_base = 3: {message}")]);
}

/// What no list has is looked at when it is called.
#[test]
fn a_closure_that_would_break_a_rule_keeps_its_own_policy_and_says_so_once() {
    let variables = [("RETRY__ADHOC_INITIAL_DELAY", "20")];
    let said = told(&variables, &["init", "log", "call named_closure", "call named_closure"]);
    let lines: Vec<&String> = said.iter().filter(|line| line.contains("settings not applied")).collect();
    assert_eq!(lines.len(), 1, "{said:#?}");
    assert!(lines[0].contains("operation=\"adhoc\""), "{said:#?}");
    assert!(
        lines[0].contains("environment: RETRY__ADHOC_INITIAL_DELAY = \"20\": for `adhoc` ("),
        "{said:#?}"
    );
    assert_eq!(said.iter().filter(|line| *line == "4 attempts, waited 1s 2s 4s").count(), 2, "{said:#?}");
}
