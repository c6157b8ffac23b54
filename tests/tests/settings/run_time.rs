//! Changes that the program makes itself.

use crate::probe::{alone, told};

#[test]
fn what_is_refused_leaves_everything_as_it_was() {
    let said = told(
        &[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")],
        &[
            "init",
            "update payments initial_delay=2",
            "report",
            "update payments max_attempts=9 exponential_base=0.5",
            "update payments max_delay=1",
            "update payments deadline=1",
            "report",
            "call pay",
        ],
    );
    let report = |from: usize| said[from..].iter().take_while(|line| line.contains("  ")).collect::<Vec<_>>();
    let first = report(2);
    assert!(first.len() > 1, "{said:#?}");
    let problems = &said[2 + first.len()..][..3];
    let base = "run time: payments.exponential_base = 0.5: `exponential_base` is a finite number of at least 1: 2.0 \
                doubles each delay";
    assert_eq!(problems[0], base);
    assert!(problems[1].starts_with("run time: payments.initial_delay = 2 s: for "), "{problems:#?}");
    let deadline = "`deadline` is no field of a policy: set it for an operation, by its name";
    assert_eq!(problems[2], format!("run time: payments.deadline = 1 s: {deadline}"));
    assert_eq!(report(2 + first.len() + 3), first);
    assert_eq!(said[said.len() - 1], "3 attempts of 3, waited 2s 4s");
}

#[test]
fn changes_of_a_name_add_up() {
    let said = alone(&[
        "update payments max_attempts=3",
        "update payments initial_delay=2",
        "call pay",
        "update payments max_attempts=2",
        "call pay",
    ]);
    assert_eq!(said, ["ok", "ok", "3 attempts of 3, waited 2s 4s", "ok", "2 attempts of 2, waited 2s"]);
}

#[test]
fn clear_takes_back_what_the_program_changed_and_nothing_else() {
    let commands = [
        "init",
        "update payments max_attempts=2 initial_delay=3",
        "update payments clear",
        "call pay",
        "update payments max_attempts=2 initial_delay=3",
        "update payments max_attempts=9 clear initial_delay=2",
        "call pay",
    ];
    let said = told(&[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")], &commands);
    assert_eq!(said[3], "3 attempts of 3, waited 1s 2s");
    assert_eq!(said[6], "3 attempts of 3, waited 2s 4s");
}

#[test]
fn a_change_lives_on_when_sources_are_read_again() {
    let commands = ["update payments max_attempts=2", "init", "call pay", "reload", "call pay"];
    let said = told(&[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")], &commands);
    let two = "2 attempts of 2, waited 1s";
    assert_eq!(said, ["ok", "ok", two, "ok", two]);
}

/// A wrong value is a problem like any other: nothing panics.
#[test]
fn every_wrong_value_is_refused() {
    let wrong = [
        ("max_attempts=0", "max_attempts = 0: `max_attempts` counts the first call, "),
        ("max_attempts=1000001", "max_attempts = 1000001: `max_attempts` is at most 1000000: "),
        ("max_attempts=4294967295", "max_attempts = 4294967295: `max_attempts` is at most 1000000: "),
        ("exponential_base=NaN", "exponential_base = NaN: `exponential_base` is a finite number "),
        ("exponential_base=inf", "exponential_base = inf: `exponential_base` is a finite number "),
        ("jitter=1.5", "jitter = 1.5: a jitter factor lies in 0..=1: "),
        ("jitter=NaN", "jitter = NaN: a jitter factor lies in 0..=1: "),
        ("slot_count=0", "slot_count = 0: `slot_count` lies in 1..=10000: "),
        ("slot_width=0", "slot_width = 0 s: `slot_width` is at least 1 ms: "),
        ("idempotency_ttl=0.5", "idempotency_ttl = 500 ms: `idempotency_ttl` is at least 1 s: "),
        ("attempt_timeout=0", "attempt_timeout = 0 s: `attempt_timeout` of zero leaves no time "),
        ("deadline=0", "deadline = 0 s: `deadline` of zero leaves no time "),
    ];
    for (change, message) in wrong {
        let said = alone(&[&format!("update limited {change}"), "report"]);
        assert_eq!(said.len(), 2, "{said:#?}");
        assert!(said[0].starts_with(&format!("run time: limited.{message}")), "{change}: {said:#?}");
        assert_eq!(said[1], "every value is that of the code");
    }
}

#[test]
fn every_problem_of_a_change_is_told() {
    let said = alone(&["update payments max_attempts=0 jitter=7 slot_count=0"]);
    let names: Vec<&str> = said.iter().filter_map(|line| line.split(' ').nth(2)).collect();
    assert_eq!(names, ["payments.max_attempts", "payments.jitter", "payments.slot_count"]);
}

#[test]
fn every_field_can_be_changed() {
    let changes = [
        ("limited", "max_attempts=5", "5"),
        ("elapsing", "max_attempts=unlimited", "unlimited"),
        ("limited", "initial_delay=0.5", "500 ms"),
        ("limited", "max_delay=20", "20 s"),
        ("limited", "backoff=linear", "linear"),
        ("limited", "exponential_base=3", "3"),
        ("limited", "jitter=0.5", "0.5"),
        ("elapsing", "max_elapsed=20", "20 s"),
        ("limited", "max_retry_after=20", "20 s"),
        ("limited", "max_total_delay=20", "20 s"),
        ("limited", "slot_count=20", "20"),
        ("limited", "slot_width=1", "1 s"),
        ("limited", "coordinated=false", "false"),
        ("limited", "idempotency_ttl=60", "1 min"),
        ("limited", "attempt_timeout=1", "1 s"),
        ("limited", "deadline=20", "20 s"),
    ];
    for (name, change, value) in changes {
        let (field, _) = change.split_once('=').expect("a field");
        let said = alone(&[&format!("update {name} {change}"), &format!("value {name} {field}")]);
        assert_eq!(said, ["ok".to_owned(), format!("{value} (run time: {name}.{field})")]);
    }
}

#[test]
fn a_change_is_of_somebody() {
    let error = retry_runtime::settings::update("", |nobody| nobody.max_attempts(2)).unwrap_err();
    let message = "run time: update = \"\": whose settings? name a policy, such as `worker`, or an operation, such as \
                   `billing.charge`";
    assert_eq!(error.to_string(), message);
    // As a `main` shows it that returns it.
    assert_eq!(format!("{error:?}"), message);
}
