//! Where values come from, and what policies are now.

use crate::probe::{alone, told};

#[test]
fn the_report_is_a_table_of_what_was_changed_and_by_whom() {
    let variables = [
        ("RETRY__WORKER_MAX_ATTEMPTS", "6"),
        ("RETRY__LIMITED_DEADLINE", "20"),
        ("RETRY__ENDLESS_DEADLINE", "1m"),
        ("RETRY__BILLING_CHARGE_MAX_DELAY", "8"),
        ("RETRY__ADHOC_JITTER", "full"),
    ];
    let said = told(&variables, &["init", "update on_worker initial_delay=0.25", "report"]);
    let expected = "\
worker          max_attempts   6       environment: RETRY__WORKER_MAX_ATTEMPTS
on_worker       max_attempts   6       environment: RETRY__WORKER_MAX_ATTEMPTS
on_worker       initial_delay  250 ms  run time: on_worker.initial_delay
billing.charge  max_delay      8 s     environment: RETRY__BILLING_CHARGE_MAX_DELAY
limited         deadline       20 s    environment: RETRY__LIMITED_DEADLINE
endless         max_elapsed    1 min   environment: RETRY__ENDLESS_DEADLINE
endless         deadline       1 min   environment: RETRY__ENDLESS_DEADLINE
adhoc           jitter         full    environment: RETRY__ADHOC_JITTER";
    assert_eq!(said[2..].join("\n"), expected);
}

#[test]
fn a_value_of_the_code_is_said_to_be_one() {
    let rows = [
        ("worker max_attempts", "3"),
        ("payments initial_delay", "1 s"),
        // That of the policy, not of the function that changes it.
        ("payments max_attempts", "4"),
        ("pay_twice max_attempts", "2"),
        ("payments max_elapsed", "none"),
        ("elapsing max_elapsed", "30 s"),
        ("limited attempt_timeout", "2 s"),
        ("limited deadline", "10 s"),
        ("rabbitmq max_attempts", "10"),
    ];
    let commands: Vec<String> = rows.iter().map(|(what, _)| format!("value {what}")).collect();
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    let expected: Vec<String> = rows.iter().map(|(_, value)| format!("{value} (code)")).collect();
    assert_eq!(alone(&commands), expected, "before anything is read");
    let after = alone(&["init"].into_iter().chain(commands).collect::<Vec<_>>());
    assert_eq!(after[1..], expected);
}

#[test]
fn what_is_not_there_has_no_row() {
    assert_eq!(alone(&["value pay deadline", "value nobody max_attempts"]), ["no row", "no row"]);
}

/// The attempts of a policy, as [`retry_runtime::settings::policy`] gives it.
fn attempts(said: &[String]) -> Option<&str> {
    said.iter().find_map(|line| line.trim().strip_prefix("max_attempts: "))
}

#[test]
fn a_policy_is_found_by_its_name() {
    assert_eq!(attempts(&alone(&["policy rabbitmq"])), Some("10,"));
    assert_eq!(attempts(&alone(&["policy payments"])), Some("4,"));
    let variables = [("RETRY__PAYMENTS_MAX_ATTEMPTS", "6"), ("RETRY__TENANTS_MAX_ATTEMPTS", "7")];
    assert_eq!(attempts(&told(&variables, &["init", "policy payments"])), Some("6,"));
    assert_eq!(attempts(&told(&variables, &["init", "policy Payments"])), Some("6,"));
    // Nothing in the program has it, but a source.
    assert_eq!(attempts(&told(&variables, &["init", "policy tenants"])), Some("7,"));
    assert_eq!(attempts(&told(&variables, &["init", "policy http"])), Some("5,"));
}

#[test]
fn there_is_no_policy_that_nobody_speaks_of() {
    assert_eq!(alone(&["policy nobody"]), ["None"]);
    // An operation is none.
    assert_eq!(told(&[("RETRY__PAY_MAX_ATTEMPTS", "6")], &["init", "policy pay"]), ["ok", "None"]);
}
