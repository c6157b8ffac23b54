//! All that is wrong is said at once, and nothing is taken.

use crate::probe::told;

#[test]
fn every_problem_is_told_once_in_the_order_of_the_variables() {
    let said = told(
        &[
            ("RETRY__PAYMENTS_MAX_ATTEMPTS", "2"),
            ("RETRY__WORKER_JITTER", "2"),
            ("RETRY_MAX_ATTEMPTS", "0"),
            ("RETRY_INITIAL_DELAY", "soon"),
            ("RETRY__WORKER_COLOR", "1"),
        ],
        &["init", "call pay"],
    );
    let starts = [
        "environment: RETRY__WORKER_COLOR = \"1\": unknown field `color`: known are ",
        "environment: RETRY_INITIAL_DELAY = \"soon\": `initial_delay`: a duration starts with a number",
        "environment: RETRY_MAX_ATTEMPTS = \"0\": `max_attempts` counts the first call",
        "environment: RETRY__WORKER_JITTER = \"2\": a jitter factor lies in 0..=1",
        // What is right is not taken either.
        "4 attempts of 4, waited 1s 2s 4s",
    ];
    assert_eq!(said.len(), starts.len(), "{said:#?}");
    for (line, start) in said.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}\n{start}");
    }
}

/// Nobody knows what a delay should have been that is refused: it is not held against another.
#[test]
fn what_is_refused_is_held_against_nothing_else() {
    let said = told(&[("RETRY__WORKER_INITIAL_DELAY", "-1"), ("RETRY__WORKER_MAX_DELAY", "0.5")], &["init"]);
    let message = "`initial_delay`: a duration cannot be negative: write 0 for none";
    assert_eq!(said, [format!("environment: RETRY__WORKER_INITIAL_DELAY = \"-1\": {message}")]);
}

/// Many functions have the same policy.
#[test]
fn a_fault_in_many_functions_is_one_problem() {
    let said = told(&[("RETRY__PAYMENTS_INITIAL_DELAY", "60")], &["init"]);
    assert_eq!(said.len(), 1, "{said:#?}");
    let start = "environment: RETRY__PAYMENTS_INITIAL_DELAY = \"60\": for `";
    let end = " more: `initial_delay` (1 min) is above `max_delay` (10 s): \
               lower the first or, before it, raise the second";
    assert!(said[0].starts_with(start) && said[0].ends_with(end), "{said:#?}");
}

#[test]
fn what_is_wrong_by_itself_does_not_hide_what_is_wrong_together() {
    let said = told(&[("RETRY_MAX_ATTEMPTS", "0"), ("RETRY__ON_WORKER_INITIAL_DELAY", "11")], &["init"]);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].starts_with("environment: RETRY_MAX_ATTEMPTS = \"0\": "), "{said:#?}");
    assert!(
        said[1].starts_with("environment: RETRY__ON_WORKER_INITIAL_DELAY = \"11\": for `on_worker` ("),
        "{said:#?}"
    );
}
