//! What the log says of settings.

use crate::probe::{alone, told};

#[test]
fn each_value_that_changes_is_told_with_what_it_was_and_who_says_so() {
    let commands = ["log", "init", "update timed attempt_timeout=1 max_attempts=4", "update timed clear"];
    let said = told(&[("RETRY__TIMED_ATTEMPT_TIMEOUT", "3")], &commands);
    let line = |before: &str, after: &str, source: &str| {
        format!(
            " INFO retry_runtime::settings: retry setting changed name=\"timed\" field=\"attempt_timeout\" \
             before=\"{before}\" after=\"{after}\" source=\"{source}\""
        )
    };
    // `max_attempts` was 4 before: nothing changed.
    let expected = [
        line("2 s", "3 s", "environment: RETRY__TIMED_ATTEMPT_TIMEOUT"),
        "ok".to_owned(),
        line("3 s", "1 s", "run time: timed.attempt_timeout"),
        "ok".to_owned(),
        line("1 s", "3 s", "environment: RETRY__TIMED_ATTEMPT_TIMEOUT"),
        "ok".to_owned(),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_preset_that_only_closures_have_is_told_too() {
    let said = alone(&["log", "update api max_attempts=9", "update api clear"]);
    let line = |before: u32, after: u32, source: &str| {
        format!(
            " INFO retry_runtime::settings: retry setting changed name=\"api\" field=\"max_attempts\" \
             before=\"{before}\" after=\"{after}\" source=\"{source}\""
        )
    };
    assert_eq!(said[0], line(4, 9, "run time: api.max_attempts"));
    assert_eq!(said[2], line(9, 4, "code"));
}

#[test]
fn a_refused_change_changes_nothing_and_says_nothing() {
    let said = alone(&["log", "update payments max_attempts=0"]);
    assert_eq!(said.len(), 1, "{said:#?}");
}

#[test]
fn a_name_that_nobody_has_is_told_once_with_the_nearest() {
    let variables = [("RETRY__PAYMENST_MAX_ATTEMPTS", "2")];
    let said = told(&variables, &["log", "init", "reload", "update paymets max_attempts=2", "reload"]);
    let warnings: Vec<&String> = said.iter().filter(|line| line.contains(" WARN ")).collect();
    let warning = |name: &str| {
        format!(
            " WARN retry_runtime::settings: settings for a name that no preset and no annotated function has: \
             did you mean `payments`? name=\"{name}\""
        )
    };
    assert_eq!(warnings, [&warning("paymenst"), &warning("paymets")]);
}

/// It may be that of a closure.
#[test]
fn a_name_that_is_near_to_none_is_no_reason_to_warn() {
    let said = told(&[("RETRY__ADHOC_MAX_ATTEMPTS", "2")], &["log", "init"]);
    let line = "DEBUG retry_runtime::settings: settings for a name that no preset and no annotated function has: \
                a call of a closure may name=\"adhoc\"";
    assert!(said.iter().any(|said| said == line), "{said:#?}");
    assert!(!said.iter().any(|line| line.contains(" WARN ")), "{said:#?}");
}
