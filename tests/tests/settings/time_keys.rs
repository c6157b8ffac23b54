//! Limits of time: what the code has can be changed, what it has not cannot be added.

use crate::probe::{alone, refused, told};

const HANG: &str = "1 attempts, took ";

#[test]
fn no_limit_of_time_can_be_added() {
    for key in ["attempt_timeout", "deadline", "max_elapsed"] {
        let variable = format!("RETRY__PAY_{}", key.to_uppercase());
        let message = format!(
            "the code has no `{key}`, and settings cannot add it: write it there, as in `{key} = \"30s\"`, \
             and settings can change it"
        );
        assert_eq!(refused(&[(&variable, "5")]), [format!("environment: {variable} = \"5\": {message}")]);
    }
    // Of two limits, one.
    let said = refused(&[("RETRY__TIMED_DEADLINE", "5")]);
    assert!(said[0].starts_with("environment: RETRY__TIMED_DEADLINE = \"5\": the code has no `deadline`, "));
}

#[test]
fn limits_of_attempts_and_calls_are_no_fields_of_a_policy() {
    for key in ["attempt_timeout", "deadline"] {
        let variable = format!("RETRY__PAYMENTS_{}", key.to_uppercase());
        let message = format!("`{key}` is no field of a policy: set it for an operation, by its name");
        assert_eq!(refused(&[(&variable, "5")]), [format!("environment: {variable} = \"5\": {message}")]);
    }
}

#[test]
fn a_policy_that_nothing_limits_in_time_cannot_be() {
    let said = refused(&[("RETRY__WORKER_MAX_ELAPSED", "5")]);
    let message = "`max_elapsed` cannot be added by settings, for a call that has none does not read the clock when it \
                   begins: write it in the code, as in `max_elapsed = \"30s\"`, and settings can change it";
    assert_eq!(said, [format!("environment: RETRY__WORKER_MAX_ELAPSED = \"5\": {message}")]);
}

#[test]
fn a_limit_of_time_by_policy_is_for_those_that_have_one() {
    // The key of `elapsing` is above it; the others have none.
    let said = told(&[("RETRY__PAYMENTS_MAX_ELAPSED", "2")], &["init", "call pay", "call elapsing"]);
    assert_eq!(said, ["ok", "4 attempts of 4, waited 1s 2s 4s", "4 attempts, took 7s"]);
}

#[test]
fn an_attempt_timeout_is_changed() {
    let variables = [("RETRY__TIMED_ATTEMPT_TIMEOUT", "1"), ("RETRY__TIMED_MAX_ATTEMPTS", "1")];
    assert_eq!(alone(&["init", "update timed max_attempts=1", "hang timed"])[2], format!("{HANG}2s"));
    assert_eq!(told(&variables, &["init", "hang timed"])[1], format!("{HANG}1s"));
    let longer = [("RETRY__TIMED_ATTEMPT_TIMEOUT", "60"), ("RETRY__TIMED_MAX_ATTEMPTS", "1")];
    assert_eq!(told(&longer, &["init", "hang timed"])[1], format!("{HANG}60s"));
}

#[test]
fn a_deadline_is_changed() {
    let variables = [("RETRY__LIMITED_DEADLINE", "3"), ("RETRY__LIMITED_ATTEMPT_TIMEOUT", "1")];
    // 1 s, a wait of 1 s, 1 s.
    assert_eq!(told(&variables, &["init", "hang limited"]), ["ok", "2 attempts, took 3s"]);
    let longer = [("RETRY__LIMITED_DEADLINE", "60")];
    // Four attempts of 2 s each, and 1 s, 2 s, 4 s in between.
    assert_eq!(told(&longer, &["init", "hang limited"]), ["ok", "4 attempts, took 15s"]);
}

#[test]
fn a_limit_of_time_of_all_attempts_is_changed() {
    let said = told(&[("RETRY__ELAPSING_MAX_ELAPSED", "2")], &["init", "call elapsing"]);
    // The second wait would end after 3 s.
    assert_eq!(said, ["ok", "2 attempts, took 1s"]);
    let commands = ["update elapsing max_elapsed=60 max_attempts=unlimited", "call elapsing"];
    // 1, 2, 4, 8, 10, 10, 10, 10: the next one would end after 65 s.
    assert_eq!(alone(&commands), ["ok", "9 attempts, took 55s"]);
}

/// The deadline of `endless` is all that limits it: 30 s.
#[test]
fn unlimited_attempts_go_on_until_the_deadline_that_was_set() {
    assert_eq!(alone(&["init", "call endless"]), ["ok", "6 attempts, took 25s"]);
    let said = told(&[("RETRY__ENDLESS_DEADLINE", "60")], &["init", "call endless", "hang endless"]);
    assert_eq!(said, ["ok", "9 attempts, took 55s", &format!("{HANG}60s")]);
    let said = told(&[("RETRY__ENDLESS_DEADLINE", "4")], &["init", "call endless"]);
    assert_eq!(said, ["ok", "3 attempts, took 3s"]);
}

#[test]
fn attempts_are_unlimited_where_something_limits_their_time() {
    let said = refused(&[("RETRY__PAY_MAX_ATTEMPTS", "unlimited")]);
    // Not "add `max_elapsed`", as the compiler says: settings cannot.
    let message = "unlimited attempts need a time limit, or the call may never end: write `max_elapsed`, such as \"5m\", or \
                   `deadline` in the code";
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("environment: RETRY__PAY_MAX_ATTEMPTS = \"unlimited\": for `pay` ("),
        "{said:?}"
    );
    assert!(said[0].ends_with(message), "{said:?}");
    let said = told(&[("RETRY__LIMITED_MAX_ATTEMPTS", "unlimited")], &["init", "call limited"]);
    // 1 s, 2 s and 4 s; the next 8 s would end after the deadline of 10 s.
    assert_eq!(said, ["ok", "4 attempts, took 7s"]);
    let said = told(&[("RETRY__ELAPSING_MAX_ATTEMPTS", "unlimited")], &["init", "call elapsing"]);
    assert_eq!(said, ["ok", "6 attempts, took 25s"]);
}

/// `promised` promises 10 s.
#[test]
fn a_promise_is_lowered_and_never_lifted() {
    let lowered = [("RETRY__PROMISED_MAX_TOTAL_DELAY", "3"), ("RETRY__PROMISED_MAX_ATTEMPTS", "3")];
    let commands = ["init", "value promised max_total_delay", "call promised"];
    let shown = "3 s (environment: RETRY__PROMISED_MAX_TOTAL_DELAY)";
    assert_eq!(told(&lowered, &commands), ["ok", shown, "3 attempts, waited 1s 2s"]);
    let said = refused(&[("RETRY__PROMISED_MAX_TOTAL_DELAY", "11")]);
    let message = ": the code promises a `max_total_delay` of 10 s, which settings may lower and never lift";
    assert!(
        said[0].starts_with("environment: RETRY__PROMISED_MAX_TOTAL_DELAY = \"11\": for `promised` ("),
        "{said:?}"
    );
    assert!(said[0].ends_with(message), "{said:?}");
    // By policy, the key is above it; that is no fault.
    assert_eq!(told(&[("RETRY__ORDERS_MAX_TOTAL_DELAY", "60")], &commands[..2])[1], "10 s (code)");
}

#[test]
fn a_promise_is_added() {
    let variables = [("RETRY__PAY_MAX_TOTAL_DELAY", "7")];
    let said = told(&variables, &["init", "value pay max_total_delay", "call pay"]);
    let shown = "7 s (environment: RETRY__PAY_MAX_TOTAL_DELAY)";
    assert_eq!(said, ["ok", shown, "4 attempts of 4, waited 1s 2s 4s"]);
}

/// A call of a closure has no deadline, so nothing would end one of unlimited attempts; nor is it given a limit of time
/// that it does not measure.
#[test]
fn a_deadline_that_the_code_does_not_have_limits_no_attempts() {
    let variables = [("RETRY__ADHOC_MAX_ATTEMPTS", "unlimited"), ("RETRY__ADHOC_DEADLINE", "60")];
    let said = told(&variables, &["init", "call named_closure"]);
    assert_eq!(said, ["ok", "4 attempts, waited 1s 2s 4s"]);
}
