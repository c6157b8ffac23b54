//! Every field, with every kind of value that it cannot have: the message names the fault and what is allowed.

use std::{ffi::OsString, os::unix::ffi::OsStringExt};

use crate::{probe::refused, right_values::fields};

const TIMES: [&str; 11] = [
    "initial_delay",
    "min_wait",
    "max_delay",
    "max_wait",
    "max_elapsed",
    "max_retry_after",
    "max_total_delay",
    "slot_width",
    "idempotency_ttl",
    "attempt_timeout",
    "deadline",
];
const COUNTS: [(&str, &str); 2] =
    [("max_attempts", "a whole number, as in 5, or `unlimited`"), ("slot_count", "a whole number, as in 10")];
const FACTOR: &str = "a jitter factor lies in 0..=1: 0.1 spreads over ±10 % of the delay";
const BASE: &str = "`exponential_base` is a finite number of at least 1: 2.0 doubles each delay";
const SLOTS: &str = "`slot_count` lies in 1..=10000: 10 is usual";
const NO_ATTEMPTS: &str = "`max_attempts` counts the first call, so it is at least 1: 1 means no retry";
const TOO_MANY: &str = "`max_attempts` is at most 1000000: for more, use `unlimited` with `max_elapsed`";

/// The variable of an operation that has all of them.
fn variable(field: &str) -> String {
    let operation = if field == "max_elapsed" { "ELAPSING" } else { "LIMITED" };
    format!("RETRY__{operation}_{}", field.to_uppercase())
}

/// One value, one problem, in these words.
fn says(field: &str, value: &str, message: &str) {
    let variable = variable(field);
    let expected = format!("environment: {variable} = {value:?}: {message}");
    assert_eq!(refused(&[(variable, value)]), [expected]);
}

#[test]
fn no_field_can_be_empty() {
    for field in fields() {
        for value in ["", "  "] {
            says(&field, value, &format!("`{field}` is empty: give it a value, or remove it"));
        }
    }
}

#[test]
fn no_field_can_be_what_is_no_text() {
    for field in fields() {
        let variable = variable(&field);
        let said = refused(&[(OsString::from(&variable), OsString::from_vec(vec![b'5', 0xff]))]);
        let message = "the value is no UTF-8 text: write it in plain letters and digits";
        assert_eq!(said, [format!("environment: {variable} = \"5\u{fffd}\": {message}")]);
    }
}

#[test]
fn times_that_are_none_are_refused() {
    let wrong = [
        ("-1", "a duration cannot be negative: write 0 for none"),
        ("-0.5", "a duration cannot be negative: write 0 for none"),
        ("-inf", "a duration cannot be negative: write 0 for none"),
        ("-1s", "a duration cannot be negative: write \"0s\" for none"),
        ("1e30", "the duration is too long: 584 years are the most"),
        ("+inf", "the duration is too long: 584 years are the most"),
        ("99999999999999999999999999999999999999999", "the duration is too long: 584 years are the most"),
        ("999999999d", "the duration is too long: 584 years are the most"),
        ("soon", "a duration starts with a number: write it as in \"100ms\", \"1.5s\" or \"2m\""),
        ("nan", "a duration starts with a number: write it as in \"100ms\", \"1.5s\" or \"2m\""),
        ("inf", "a duration starts with a number: write it as in \"100ms\", \"1.5s\" or \"2m\""),
        ("true", "a duration starts with a number: write it as in \"100ms\", \"1.5s\" or \"2m\""),
        ("5 parsecs", "unknown unit: use ns, us, ms, s, m, h or d"),
        ("5S", "unknown unit: use ns, us, ms, s, m, h or d"),
        ("1m30s", "a duration is one number and one unit: write \"90s\" instead of \"1m30s\""),
        ("1.2.3s", "not a number: write it as in \"100ms\", \"1.5s\" or \"2m\""),
    ];
    for field in TIMES {
        for (value, fault) in wrong {
            says(field, value, &format!("`{field}`: {fault}"));
        }
        let takes = format!("`{field}` takes seconds, as in 0.5, or a text with a unit, as in \"500ms\"");
        says(field, "-nan", &takes);
    }
}

#[test]
fn times_have_their_bounds() {
    for field in ["attempt_timeout", "deadline"] {
        let message = format!("`{field}` of zero leaves no time for an attempt: raise it, or remove it");
        for value in ["0", "0s", "0.0"] {
            says(field, value, &message);
        }
    }
    for value in ["0", "999us", "0.0009"] {
        says("slot_width", value, "`slot_width` is at least 1 ms: 100 ms is usual");
    }
    for value in ["0", "999ms", "0.9"] {
        says("idempotency_ttl", value, "`idempotency_ttl` is at least 1 s: an hour is usual");
    }
}

#[test]
fn counts_that_are_none_are_refused() {
    for (field, takes) in COUNTS {
        for value in ["many", "1.5", "1e3", "nan", "inf", "-inf", "true", "5s", "5 6"] {
            says(field, value, &format!("`{field}` takes {takes}"));
        }
    }
    // Nothing but attempts can be unlimited; and the word is written so.
    says("slot_count", "unlimited", "`slot_count` takes a whole number, as in 10");
    says("max_attempts", "unlimitd", "`max_attempts` takes a whole number, as in 5, or `unlimited`");
}

#[test]
fn counts_have_their_bounds() {
    for value in ["0", "-1", "-99999999999999999999"] {
        says("max_attempts", value, NO_ATTEMPTS);
        says("slot_count", value, SLOTS);
    }
    // The last but one is that of `unlimited` in 32 bits.
    for value in ["1000001", "4294967295", "99999999999999999999"] {
        says("max_attempts", value, TOO_MANY);
        says("slot_count", value, SLOTS);
    }
    says("slot_count", "10001", SLOTS);
}

#[test]
fn a_base_is_a_finite_number_of_at_least_one() {
    for value in ["0.99", "0", "-2", "+inf", "-inf", "-nan", "1e999"] {
        says("exponential_base", value, BASE);
    }
    for value in ["double", "nan", "inf", "2s", "true"] {
        says("exponential_base", value, "`exponential_base` takes a number, as in 2.0");
    }
}

#[test]
fn a_jitter_is_a_factor_or_a_word() {
    for field in ["jitter", "jitter_factor"] {
        for value in ["1.01", "-0.1", "10", "+inf", "-nan"] {
            says(field, value, FACTOR);
        }
    }
    says("jitter", "ful", "unknown jitter `ful`: did you mean `full`?");
    says("jitter", "Equal", "unknown jitter `Equal`: did you mean `equal`?");
    let known = "known are `none`, `full`, `equal`, `decorrelated`";
    for value in ["some", "nan", "inf", "10%"] {
        says("jitter", value, &format!("unknown jitter `{value}`: {known}"));
    }
    for value in ["true", "full", "some"] {
        says("jitter_factor", value, "`jitter_factor` takes a number in 0..=1, as in 0.1");
    }
}

#[test]
fn a_backoff_is_a_word() {
    says("backoff", "exponentail", "unknown backoff `exponentail`: did you mean `exponential`?");
    says("backoff", "Linear", "unknown backoff `Linear`: did you mean `linear`?");
    let known = "`exponential`, `constant`, `linear`, `fibonacci`";
    for value in ["none", "nan", "true"] {
        says("backoff", value, &format!("unknown backoff `{value}`: known are {known}"));
    }
    for value in ["2", "2.0", "-1"] {
        says("backoff", value, &format!("`backoff` takes one of {known}"));
    }
}

#[test]
fn a_switch_is_true_or_false() {
    for field in ["coordinated", "coordination_enabled"] {
        for value in ["yes", "1", "0", "on", "tru", "nan", "1s"] {
            says(field, value, &format!("`{field}` takes `true` or `false`"));
        }
    }
}
