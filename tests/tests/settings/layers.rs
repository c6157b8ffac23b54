//! The layers, each over the one before it: the code's policy, the environment and the running program by the policy's
//! name, the attribute's keys, the environment and the running program by the operation's name. (Files: their own tests.)

use crate::probe::{alone, told};

/// The lines after as many `ok`s as there are commands that give one.
fn after<const N: usize>(oks: usize, said: &[String]) -> [&str; N] {
    let (before, after) = said.split_at(oks);
    assert!(before.iter().all(|line| line == "ok"), "{said:#?}");
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    after.try_into().unwrap_or_else(|_| panic!("{said:#?}"))
}

#[test]
fn without_settings_the_code_decides() {
    let said = alone(&["call pay", "init", "call pay", "call written"]);
    let four = "4 attempts of 4, waited 1s 2s 4s";
    assert_eq!(said, [four, "ok", four, "4 attempts, waited 1s 2s 4s"]);
}

#[test]
fn the_environment_is_above_the_policy_in_the_code() {
    let said = told(&[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")], &["init", "call pay"]);
    assert_eq!(after(1, &said), ["3 attempts of 3, waited 1s 2s"]);
}

#[test]
fn nothing_counts_before_it_is_read() {
    let said = told(&[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")], &["call pay"]);
    assert_eq!(said, ["4 attempts of 4, waited 1s 2s 4s"]);
}

#[test]
fn the_running_program_is_above_the_environment() {
    let commands = ["update payments max_attempts=2", "init", "call pay"];
    let said = told(&[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")], &commands);
    assert_eq!(after(2, &said), ["2 attempts of 2, waited 1s"]);
}

#[test]
fn keys_of_the_attribute_are_above_all_that_is_said_of_the_policy() {
    let commands = ["init", "update payments max_attempts=3 initial_delay=2", "call pay_twice", "call pay"];
    let said = told(&[("RETRY__PAYMENTS_MAX_ATTEMPTS", "3")], &commands);
    // The key is `max_attempts = 2`; the delay is the policy's.
    assert_eq!(after(2, &said), ["2 attempts, waited 2s", "3 attempts of 3, waited 2s 4s"]);
}

#[test]
fn the_environment_by_operation_is_above_keys_of_the_attribute() {
    let said = told(&[("RETRY__PAY_TWICE_MAX_ATTEMPTS", "3")], &["init", "call pay_twice", "call pay"]);
    assert_eq!(after(1, &said), ["3 attempts, waited 1s 2s", "4 attempts of 4, waited 1s 2s 4s"]);
}

#[test]
fn the_environment_by_operation_is_above_the_running_program_by_policy() {
    let commands = ["init", "update payments max_attempts=2", "call pay"];
    let said = told(&[("RETRY__PAY_MAX_ATTEMPTS", "3")], &commands);
    assert_eq!(after(2, &said), ["3 attempts of 3, waited 1s 2s"]);
}

#[test]
fn the_running_program_by_operation_is_above_the_environment() {
    let commands = ["init", "update pay max_attempts=2", "call pay"];
    let said = told(&[("RETRY__PAY_MAX_ATTEMPTS", "3")], &commands);
    assert_eq!(after(2, &said), ["2 attempts of 2, waited 1s"]);
}

#[test]
fn an_operation_with_its_service_is_above_the_operation_alone() {
    let variables = [("RETRY__BILLING_CHARGE_MAX_ATTEMPTS", "2"), ("RETRY__CHARGE_MAX_ATTEMPTS", "3")];
    assert_eq!(after(1, &told(&variables, &["init", "call charge"])), ["2 attempts, waited 1s"]);
    assert_eq!(after(1, &told(&variables[1..], &["init", "call charge"])), ["3 attempts, waited 1s 2s"]);
    let updates = ["update billing.charge max_attempts=2", "update charge max_attempts=3", "call charge"];
    assert_eq!(after(2, &alone(&updates)), ["2 attempts, waited 1s"]);
}

/// Within a source only.
#[test]
fn a_later_source_by_operation_is_above_an_earlier_one_with_the_service() {
    let variables = [("RETRY__BILLING_CHARGE_MAX_ATTEMPTS", "2")];
    let said = told(&variables, &["init", "update charge max_attempts=3", "call charge"]);
    assert_eq!(after(2, &said), ["3 attempts, waited 1s 2s"]);
}

#[test]
fn a_field_that_a_layer_does_not_name_is_that_of_the_layers_below() {
    let variables = [
        ("RETRY__PAYMENTS_INITIAL_DELAY", "3"),
        ("RETRY__PAYMENTS_MAX_DELAY", "5"),
        ("RETRY__PAY_BACKOFF", "linear"),
    ];
    let said = told(&variables, &["init", "update payments max_delay=7", "call pay"]);
    assert_eq!(after(2, &said), ["4 attempts of 4, waited 3s 6s 7s"]);
}

#[test]
fn what_is_called_like_a_policy_is_the_policy() {
    let variables = [("RETRY__STORAGE_MAX_ATTEMPTS", "2")];
    let said = told(&variables, &["init", "call store", "value storage max_attempts"]);
    let of_policy = "2 (environment: RETRY__STORAGE_MAX_ATTEMPTS)";
    assert_eq!(after(1, &said), ["4 attempts, waited 1s 2s 4s", of_policy]);
}

#[test]
fn the_default_policy_is_no_layer_below_the_others() {
    let said =
        told(&[("RETRY_MAX_ATTEMPTS", "2"), ("RETRY_JITTER", "none")], &["init", "call pay", "call plain"]);
    assert_eq!(after(1, &said), ["4 attempts of 4, waited 1s 2s 4s", "2 attempts, waited 100ms"]);
}

#[test]
fn calls_of_every_kind_go_by_settings() {
    let variables = [
        ("RETRY__PAYMENTS_MAX_ATTEMPTS", "3"),
        ("RETRY__WORKER_JITTER", "none"),
        ("RETRY__WORKER_MAX_ATTEMPTS", "2"),
    ];
    let kinds = [
        "pay",
        "charge",
        "generic",
        "looped",
        "named_closure",
        "async_closure",
        "on_worker",
        "worker_closure",
    ];
    let commands: Vec<String> = kinds.iter().map(|kind| format!("call {kind}")).collect();
    let commands: Vec<&str> = ["init"].into_iter().chain(commands.iter().map(String::as_str)).collect();
    let said = told(&variables, &commands);
    let (payments, worker) = ("3 attempts, waited 1s 2s", "2 attempts, waited 1s");
    let hooked = "3 attempts of 3, waited 1s 2s";
    let expected = [hooked, payments, payments, payments, payments, payments, worker, worker];
    assert_eq!(after(1, &said), expected);
}

#[test]
fn a_function_whose_key_a_type_parameter_decides_has_the_same_layers() {
    let by_policy = [("RETRY__PAYMENTS_MAX_ATTEMPTS", "3"), ("RETRY__PAYMENTS_INITIAL_DELAY", "2")];
    // `max_attempts` is a key of it: 2.
    assert_eq!(after(1, &told(&by_policy, &["init", "call per_tenant"])), ["2 attempts, waited 2s"]);
    let by_operation = [("RETRY__PER_TENANT_MAX_ATTEMPTS", "3")];
    assert_eq!(after(1, &told(&by_operation, &["init", "call per_tenant"])), ["3 attempts, waited 1s 2s"]);
}

#[test]
fn closures_and_loops_are_found_by_their_operation() {
    let variables = [("RETRY__ADHOC_MAX_ATTEMPTS", "2"), ("RETRY__POLLING_MAX_ATTEMPTS", "3")];
    let said = told(&variables, &["init", "call named_closure", "call looped", "call pay"]);
    let expected = ["2 attempts, waited 1s", "3 attempts, waited 1s 2s", "4 attempts of 4, waited 1s 2s 4s"];
    assert_eq!(after(1, &said), expected);
}
