//! Every field, in every spelling that it can be given in.

use std::collections::BTreeSet;

use crate::probe::{refused, told};

/// Variable, value, whose field it is, the field, the value that follows.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("RETRY_MAX_ATTEMPTS", "5", "default", "max_attempts", "5"),
    ("RETRY_MAX_ATTEMPTS", " 5 ", "default", "max_attempts", "5"),
    ("RETRY_MAX_ATTEMPTS", "+5", "default", "max_attempts", "5"),
    ("RETRY_MAX_ATTEMPTS", "1", "default", "max_attempts", "1"),
    ("RETRY_MAX_ATTEMPTS", "1_000_000", "default", "max_attempts", "1000000"),
    ("RETRY__ELAPSING_MAX_ATTEMPTS", "unlimited", "elapsing", "max_attempts", "unlimited"),
    ("RETRY_INITIAL_DELAY", "0", "default", "initial_delay", "0 s"),
    ("RETRY_INITIAL_DELAY", "2", "default", "initial_delay", "2 s"),
    ("RETRY_INITIAL_DELAY", "0.25", "default", "initial_delay", "250 ms"),
    ("RETRY_INITIAL_DELAY", ".25", "default", "initial_delay", "250 ms"),
    ("RETRY_INITIAL_DELAY", "25e-2", "default", "initial_delay", "250 ms"),
    ("RETRY_INITIAL_DELAY", "250ms", "default", "initial_delay", "250 ms"),
    ("RETRY_INITIAL_DELAY", "250 ms", "default", "initial_delay", "250 ms"),
    ("RETRY_INITIAL_DELAY", "7ns", "default", "initial_delay", "7 ns"),
    ("RETRY_INITIAL_DELAY", "7us", "default", "initial_delay", "7 µs"),
    ("RETRY_INITIAL_DELAY", "7µs", "default", "initial_delay", "7 µs"),
    ("RETRY_INITIAL_DELAY", "1.5s", "default", "initial_delay", "1.5 s"),
    ("RETRY_MIN_WAIT", "2", "default", "initial_delay", "2 s"),
    ("RETRY_MAX_DELAY", "60", "default", "max_delay", "1 min"),
    ("RETRY_MAX_DELAY", "2m", "default", "max_delay", "2 min"),
    ("RETRY_MAX_DELAY", "2 min", "default", "max_delay", "2 min"),
    ("RETRY_MAX_DELAY", "3h", "default", "max_delay", "3 h"),
    ("RETRY_MAX_DELAY", "1d", "default", "max_delay", "24 h"),
    ("RETRY_MAX_WAIT", "1m", "default", "max_delay", "1 min"),
    ("RETRY_BACKOFF", "exponential", "default", "backoff", "exponential"),
    ("RETRY_BACKOFF", "constant", "default", "backoff", "constant"),
    ("RETRY_BACKOFF", "linear", "default", "backoff", "linear"),
    ("RETRY_BACKOFF", "fibonacci", "default", "backoff", "fibonacci"),
    ("RETRY_EXPONENTIAL_BASE", "3", "default", "exponential_base", "3"),
    ("RETRY_EXPONENTIAL_BASE", "1.5", "default", "exponential_base", "1.5"),
    ("RETRY_EXPONENTIAL_BASE", "1", "default", "exponential_base", "1"),
    ("RETRY_JITTER", "0", "default", "jitter", "0"),
    ("RETRY_JITTER", "0.3", "default", "jitter", "0.3"),
    ("RETRY_JITTER", "1", "default", "jitter", "1"),
    ("RETRY_JITTER", "none", "default", "jitter", "none"),
    ("RETRY_JITTER", "full", "default", "jitter", "full"),
    ("RETRY_JITTER", "equal", "default", "jitter", "equal"),
    ("RETRY_JITTER", "decorrelated", "default", "jitter", "decorrelated"),
    ("RETRY_JITTER", "false", "default", "jitter", "none"),
    ("RETRY_JITTER", "True", "default", "jitter", "0.1"),
    // The code of this one has none: it gets that of the default policy.
    ("RETRY__PAYMENTS_JITTER", "true", "payments", "jitter", "0.1"),
    ("RETRY_JITTER_FACTOR", "0.3", "default", "jitter", "0.3"),
    ("RETRY__ELAPSING_MAX_ELAPSED", "20", "elapsing", "max_elapsed", "20 s"),
    ("RETRY__ELAPSING_MAX_ELAPSED", "2m", "elapsing", "max_elapsed", "2 min"),
    ("RETRY_MAX_RETRY_AFTER", "20", "default", "max_retry_after", "20 s"),
    ("RETRY_MAX_RETRY_AFTER", "0", "default", "max_retry_after", "0 s"),
    ("RETRY_MAX_TOTAL_DELAY", "20", "default", "max_total_delay", "20 s"),
    ("RETRY_MAX_TOTAL_DELAY", "1m", "default", "max_total_delay", "1 min"),
    ("RETRY_SLOT_COUNT", "20", "default", "slot_count", "20"),
    ("RETRY_SLOT_COUNT", "10000", "default", "slot_count", "10000"),
    ("RETRY_SLOT_WIDTH", "0.05", "default", "slot_width", "50 ms"),
    ("RETRY_SLOT_WIDTH", "1ms", "default", "slot_width", "1 ms"),
    ("RETRY_COORDINATED", "false", "default", "coordinated", "false"),
    ("RETRY_COORDINATED", "TRUE", "default", "coordinated", "true"),
    ("RETRY_COORDINATION_ENABLED", "false", "default", "coordinated", "false"),
    ("RETRY_IDEMPOTENCY_TTL", "60", "default", "idempotency_ttl", "1 min"),
    ("RETRY_IDEMPOTENCY_TTL", "1s", "default", "idempotency_ttl", "1 s"),
    ("RETRY__LIMITED_ATTEMPT_TIMEOUT", "3", "limited", "attempt_timeout", "3 s"),
    ("RETRY__LIMITED_ATTEMPT_TIMEOUT", "300ms", "limited", "attempt_timeout", "300 ms"),
    ("RETRY__LIMITED_DEADLINE", "20", "limited", "deadline", "20 s"),
    ("RETRY__LIMITED_DEADLINE", "1m", "limited", "deadline", "1 min"),
];

#[test]
fn every_spelling_of_every_field_is_understood() {
    for (variable, value, name, field, expected) in TABLE {
        let said = told(&[(variable, value)], &["init", &format!("value {name} {field}")]);
        let expected = format!("{expected} (environment: {variable})");
        assert_eq!(said, ["ok".to_owned(), expected], "{variable}={value}");
    }
}

/// The names of fields that the program itself lists.
pub(crate) fn fields() -> BTreeSet<String> {
    let said = refused(&[("RETRY__NONE_OF_THESE", "1")]);
    let (_, list) = said[0].split_once("fields are ").expect("a list");
    list.split(", ").map(|name| name.trim_matches('`').to_owned()).collect()
}

#[test]
fn no_field_is_missing_in_the_table() {
    for field in fields() {
        let ending = format!("_{}", field.to_uppercase());
        assert!(TABLE.iter().any(|(variable, ..)| variable.ends_with(&ending)), "{field}");
    }
}

/// `RETRY_X` is that of the default policy, `RETRY__NAME_X` the same of any other.
#[test]
fn every_field_of_a_policy_can_be_set_by_its_name() {
    for (variable, value, name, field, expected) in TABLE.iter().filter(|(_, _, name, ..)| *name == "default")
    {
        let variable = variable.replacen("RETRY_", "RETRY__STORAGE_", 1);
        let said = told(&[(&variable, value)], &["init", &format!("value storage {field}")]);
        // Its own jitter is the default one, too.
        let expected = format!("{expected} (environment: {variable})");
        assert_eq!(said, ["ok".to_owned(), expected], "{name}: {variable}={value}");
    }
}

#[test]
fn a_policy_that_is_asked_for_by_its_name_has_all_of_it() {
    let variables = [
        ("RETRY__API_MAX_ATTEMPTS", "7"),
        ("RETRY__API_MIN_WAIT", "2"),
        ("RETRY__API_MAX_WAIT", "8"),
        ("RETRY__API_EXPONENTIAL_BASE", "3"),
        ("RETRY__API_JITTER", "true"),
        ("RETRY__API_JITTER_FACTOR", "0.2"),
        ("RETRY__API_MAX_RETRY_AFTER", "9"),
        ("RETRY__API_MAX_TOTAL_DELAY", "60"),
        ("RETRY__API_SLOT_COUNT", "11"),
        ("RETRY__API_SLOT_WIDTH", "12ms"),
        ("RETRY__API_COORDINATION_ENABLED", "false"),
        ("RETRY__API_IDEMPOTENCY_TTL", "13"),
    ];
    let said = told(&variables, &["init", "policy api"]);
    let expected = [
        "ok",
        "Some(",
        "    RetryPolicy {",
        "        name: \"api\",",
        "        schedule: Schedule {",
        "            max_attempts: 7,",
        "            initial_delay: 2s,",
        "            max_delay: 8s,",
        "            backoff: Exponential,",
        "            exponential_base: 3.0,",
        "            jitter: Factor(",
        "                0.2,",
        "            ),",
        "            max_elapsed: None,",
        "        },",
        "        max_retry_after: 9s,",
        "        max_total_delay: Some(",
        "            60s,",
        "        ),",
        "        slot_count: 11,",
        "        slot_width: 12ms,",
        "        coordinated: false,",
        "        idempotency_ttl: 13s,",
        "    },",
        ")",
    ];
    assert_eq!(said, expected);
}
