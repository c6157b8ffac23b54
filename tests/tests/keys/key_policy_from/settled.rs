//! What settings make of a policy that is computed.

use retry_runtime::{RetryPolicy, retry, settings};
use retry_tests::{Failure, Flaky, millis, record, recorded_waits};

use super::{PLAIN, Source};

#[retry(policy_from = source.policy(), operation = "policy_from_by_name", sleep = record)]
fn by_name(source: &Source, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn settings_change_it_by_its_name_and_by_the_operation() {
    let source = Source::of(PLAIN.with_name("tenant.gold").with_max_attempts(6));
    settings::update("tenant.gold", |gold| gold.max_attempts(2)).expect("settings");
    assert_eq!(by_name(&source, &Flaky::failing(9)), Err(Failure(2)));
    // Nobody set anything of this one.
    source.set(PLAIN.with_name("tenant.bronze"));
    assert_eq!(by_name(&source, &Flaky::failing(9)), Err(Failure(3)));
    settings::update("policy_from_by_name", |own| own.max_attempts(4)).expect("settings");
    source.set(PLAIN.with_name("tenant.gold"));
    assert_eq!(by_name(&source, &Flaky::failing(9)), Err(Failure(4)));
    let _ = recorded_waits();
}

#[retry(policy_from = policy, configurable = false, sleep = record)]
fn fixed(policy: RetryPolicy, flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn it_can_be_shut_to_them() {
    settings::update("tenant.fixed", |fixed| fixed.max_attempts(5)).expect("settings");
    assert_eq!(fixed(PLAIN.with_name("tenant.fixed"), &Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(recorded_waits(), millis([100, 200]));
}

#[retry(policy_from = PLAIN.with_name("tenant.kept"), sleep = record)]
fn kept(flaky: &Flaky) -> Result<u32, Failure> {
    let attempt = flaky.call();
    if flaky.attempts() == 2 {
        settings::update("tenant.kept", |kept| kept.max_attempts(1)).expect("settings");
    }
    attempt
}

#[test]
fn settings_that_change_between_attempts_are_for_the_next_call() {
    assert_eq!(kept(&Flaky::failing(9)), Err(Failure(3)));
    assert_eq!(kept(&Flaky::failing(9)), Err(Failure(1)));
    let _ = recorded_waits();
}
