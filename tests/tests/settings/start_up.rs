//! How a program starts with settings, right ones and wrong ones.

use crate::probe::{alone, told};

const WRONG: [(&str, &str); 2] = [("RETRY_MAX_ATTEMPTS", "0"), ("RETRY__PAYMENTS_MAX_ATTEMPTS", "2")];
const PROBLEM: &str = "environment: RETRY_MAX_ATTEMPTS = \"0\": `max_attempts` counts the first call, so it is at least 1: \
                       1 means no retry";
const OWN: &str = "4 attempts of 4, waited 1s 2s 4s";

#[test]
fn an_empty_environment_changes_nothing() {
    assert_eq!(alone(&["init", "report", "call pay"]), ["ok", "every value is that of the code", OWN]);
}

#[test]
fn a_program_may_refuse_to_start() {
    assert_eq!(told(&WRONG, &["init", "call pay"]), [PROBLEM, OWN]);
}

#[test]
fn a_program_may_warn_and_go_by_its_code() {
    let said = told(&WRONG, &["log", "init-or-warn", "report", "call charge"]);
    let warning = format!(
        " WARN retry_runtime::settings: settings refused, the policies stay as they are problem={PROBLEM}"
    );
    assert_eq!(said[..3], [warning.as_str(), PROBLEM, "every value is that of the code"]);
    assert_eq!(said[said.len() - 1], "4 attempts, waited 1s 2s 4s");
}

#[test]
fn right_settings_are_no_reason_to_warn() {
    let said = told(&WRONG[1..], &["init-or-warn", "call pay"]);
    assert_eq!(said, ["ok", "2 attempts of 2, waited 1s"]);
}

#[test]
fn what_was_never_read_cannot_be_read_again() {
    let problem = "run time: reload: settings were never read: call `settings::init()` first, or `settings::Sources::init`";
    assert_eq!(alone(&["reload"]), [problem]);
    // A change is no source.
    assert_eq!(alone(&["update payments max_attempts=2", "reload"]), ["ok", problem]);
    assert_eq!(told(&WRONG, &["init", "reload"]), [PROBLEM, problem]);
}

#[test]
fn what_was_refused_with_a_warning_is_read_again() {
    assert_eq!(told(&WRONG, &["init-or-warn", "reload"]), [PROBLEM, PROBLEM]);
}

#[test]
fn reading_twice_is_the_same_as_once() {
    let commands = ["init", "init", "reload", "call pay"];
    assert_eq!(told(&WRONG[1..], &commands), ["ok", "ok", "ok", "2 attempts of 2, waited 1s"]);
}
