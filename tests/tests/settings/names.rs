//! Which variables are settings, and of what.

use crate::{
    probe::{refused, told},
    right_values::fields,
};

#[test]
fn a_field_can_be_given_once() {
    let twice = [
        [("RETRY_INITIAL_DELAY", "1"), ("RETRY_MIN_WAIT", "1")],
        [("RETRY_MAX_DELAY", "1"), ("RETRY_MAX_WAIT", "1")],
        [("RETRY_COORDINATED", "true"), ("RETRY_COORDINATION_ENABLED", "true")],
        [("RETRY__WORKER_MAX_DELAY", "1"), ("RETRY__WORKER_MAX_WAIT", "1")],
        // Names are what they are in small letters.
        [("RETRY_MAX_DELAY", "1"), ("RETRY_max_delay", "1")],
        [("RETRY_JITTER_FACTOR", "1"), ("RETRY_jitter_factor", "1")],
        [("RETRY_MAX_DELAY", "1"), ("RETRY__DEFAULT_MAX_DELAY", "1")],
        [("RETRY__A-B_MAX_DELAY", "1"), ("RETRY__A.B_MAX_DELAY", "1")],
    ];
    for variables in twice {
        let [(first, _), (second, value)] = variables;
        let message = format!("given twice, as `{first}` too: remove one of them");
        assert_eq!(refused(&variables), [format!("environment: {second} = {value:?}: {message}")]);
    }
}

#[test]
fn the_first_layer_of_a_name_is_split_at_the_longest_field() {
    let said = told(
        &[("RETRY__WORKER_JITTER_FACTOR", "0.5"), ("RETRY__BILLING_CHARGE_MAX_DELAY", "8")],
        &["init", "value worker jitter", "value billing.charge max_delay"],
    );
    let expected = [
        "ok",
        "0.5 (environment: RETRY__WORKER_JITTER_FACTOR)",
        "8 s (environment: RETRY__BILLING_CHARGE_MAX_DELAY)",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_slip_in_a_field_is_told_the_nearest() {
    let slips = [
        ("RETRY_MAX_ATEMPTS", "unknown field `max_atempts`: did you mean `RETRY_MAX_ATTEMPTS`?"),
        ("RETRY_MAX_ATTEMPT", "unknown field `max_attempt`: did you mean `RETRY_MAX_ATTEMPTS`?"),
        ("RETRY_INTIAL_DELAY", "unknown field `intial_delay`: did you mean `RETRY_INITIAL_DELAY`?"),
        ("RETRY__WORKER_MAX_ATEMPTS", "unknown field `max_atempts`: did you mean `max_attempts`?"),
        ("RETRY__BILLING_CHARGE_MAX_WIAT", "unknown field `max_wiat`: did you mean `max_wait`?"),
    ];
    for (variable, message) in slips {
        assert_eq!(refused(&[(variable, "3")]), [format!("environment: {variable} = \"3\": {message}")]);
    }
}

#[test]
fn a_name_after_one_underline_is_told_so() {
    for (variable, right) in [
        ("RETRY_WORKER_MAX_ATTEMPTS", "RETRY__WORKER_MAX_ATTEMPTS"),
        ("RETRY_BILLING_CHARGE_MAX_WAIT", "RETRY__BILLING_CHARGE_MAX_WAIT"),
    ] {
        let message = format!("two underlines precede a name: write `{right}`");
        assert_eq!(refused(&[(variable, "3")]), [format!("environment: {variable} = \"3\": {message}")]);
    }
}

#[test]
fn what_is_no_field_at_all_is_told_all_of_them() {
    let list = fields();
    let said = refused(&[("RETRY__WORKER_COLOUR", "red")]);
    assert!(
        said[0]
            .starts_with("environment: RETRY__WORKER_COLOUR = \"red\": unknown field `colour`: known are `")
    );
    for field in &list {
        assert!(said[0].contains(&format!("`{field}`")), "{field}: {said:?}");
    }
    let said = refused(&[("RETRY__ALL_OF_THIS", "1")]);
    let message = "ends with no known field: write `RETRY__<NAME>_<FIELD>`; fields are `max_attempts`, ";
    assert!(said[0].starts_with(&format!("environment: RETRY__ALL_OF_THIS = \"1\": {message}")), "{said:?}");
}

#[test]
fn a_field_needs_a_name_between_the_underlines() {
    let said = refused(&[("RETRY__MAX_ATTEMPTS", "3")]);
    let message = "`max_attempts` of which policy? `RETRY_MAX_ATTEMPTS` is that of the default one, \
                   `RETRY__WORKER_MAX_ATTEMPTS` that of `worker`";
    assert_eq!(said, [format!("environment: RETRY__MAX_ATTEMPTS = \"3\": {message}")]);
}

/// Others may have variables that begin so.
#[test]
fn variables_of_others_are_left_alone() {
    let others = [
        ("RETRY_COUNT", "many"),
        ("RETRY_", "1"),
        ("RETRY_MAX", "1"),
        ("RETRY_DELAY", "1"),
        ("RETRY_LIMIT", "1"),
        ("RETRY_INTERVAL_SECONDS", "1"),
        ("RETRY", "1"),
        ("MAX_ATTEMPTS", "1"),
        ("retry_max_attempts", "1"),
        ("MY_RETRY_MAX_ATTEMPTS", "1"),
        ("RETRYMAX_ATTEMPTS", "1"),
    ];
    let said = told(&others, &["init", "report"]);
    assert_eq!(said, ["ok", "every value is that of the code"]);
}

#[test]
fn names_are_compared_without_their_signs() {
    let said = told(
        &[("RETRY__billing_Charge_MAX_ATTEMPTS", "2")],
        &["init", "call charge", "update Billing-Charge max_attempts=3", "call charge"],
    );
    assert_eq!(said, ["ok", "2 attempts, waited 1s", "ok", "3 attempts, waited 1s 2s"]);
}
