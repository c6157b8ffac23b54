//! A call reads its policy when it first needs it, and keeps it to its end.

use crate::probe::alone;

#[test]
fn a_call_that_has_failed_keeps_its_policy_and_the_next_has_the_new_one() {
    for function in ["pay", "charge", "generic", "named_closure", "async_closure", "looped"] {
        let call = format!("call {function}");
        let said = alone(&["init", "at 2 update payments max_attempts=6 initial_delay=2", &call, &call]);
        let hooked = |most| if function == "pay" { format!(" of {most}") } else { String::new() };
        let expected = [
            "ok".to_owned(),
            "ok".to_owned(),
            format!("4 attempts{}, waited 1s 2s 4s", hooked(4)),
            format!("6 attempts{}, waited 2s 4s 8s 10s 10s", hooked(6)),
        ];
        assert_eq!(said, expected, "{function}");
    }
}

#[test]
fn the_last_attempt_is_the_one_that_was_the_last_before() {
    let commands = ["init", "at 2 update payments max_attempts=2", "call pay", "call pay"];
    let said = alone(&commands);
    assert_eq!(said[2..], ["4 attempts of 4, waited 1s 2s 4s", "2 attempts of 2, waited 1s"]);
}

/// It began before the change, and knew nothing of itself yet.
#[test]
fn a_call_that_fails_for_the_first_time_after_a_change_has_the_new_one() {
    for function in ["pay", "charge", "generic", "named_closure", "async_closure"] {
        let said = alone(&["init", "at 1 update payments max_attempts=2", &format!("call {function}")]);
        let hooked = if function == "pay" { " of 2" } else { "" };
        assert_eq!(said[2], format!("2 attempts{hooked}, waited 1s"), "{function}");
    }
}

/// It knows its start, but no figure of the policy.
#[test]
fn a_call_that_counts_its_time_has_the_policy_of_its_first_failure() {
    let said = alone(&["init", "at 1 update elapsing max_attempts=2 max_elapsed=3", "call elapsing"]);
    assert_eq!(said[2], "2 attempts, took 1s");
}

/// The loop tells each attempt how many there may be, so it reads that before the first one.
#[test]
fn a_loop_of_attempts_has_the_policy_of_its_start() {
    let said = alone(&["init", "at 1 update payments max_attempts=2", "call looped", "call looped"]);
    assert_eq!(said[2..], ["4 attempts, waited 1s 2s 4s", "2 attempts, waited 1s"]);
}

#[test]
fn a_call_with_a_deadline_has_the_policy_of_its_start() {
    let commands = ["init", "at 1 update limited max_attempts=2 deadline=3", "call limited", "call limited"];
    assert_eq!(alone(&commands)[2..], ["4 attempts, took 7s", "2 attempts, took 1s"]);
}

#[test]
fn nothing_is_mixed_where_the_first_settings_come_during_a_call() {
    let said = alone(&["at 2 update payments max_attempts=2", "call pay", "call pay"]);
    assert_eq!(said[1..], ["4 attempts of 4, waited 1s 2s 4s", "2 attempts of 2, waited 1s"]);
    // The deadline was read when there were none.
    let said = alone(&["at 1 update limited max_attempts=2 deadline=3", "call limited", "call limited"]);
    assert_eq!(said[1..], ["4 attempts, took 7s", "2 attempts, took 1s"]);
}
