//! Sections of operations: with a dot, and as a table in a table.

use std::cell::Cell;

use retry_runtime::{Event, retry};
use retry_tests::Failure;

use crate::Files;

#[retry(service = "billing", attempt_timeout = "1s")]
async fn charge() -> std::io::Result<()> {
    Ok(())
}

const SOURCE: &str = "retry_policies.billing.charge";

#[test]
fn an_operation_is_named_with_a_dot_or_in_the_table_of_its_service() {
    drop(charge());
    let files = Files::new();
    for (name, text) in [
        ("quoted.toml", "[retry_policies.'billing.charge']\nmax_attempts = 8\nattempt_timeout = 2"),
        ("nested.toml", "[retry_policies.billing.charge]\nmax_attempts = 8\nattempt_timeout = 2"),
        ("dotted.yaml", "retry_policies: {billing.charge: {max_attempts: 8, attempt_timeout: 2}}"),
        ("nested.yaml", "retry_policies: {billing: {charge: {max_attempts: 8, attempt_timeout: 2}}}"),
    ] {
        files.write(name, text).read(&[name]).unwrap();
        files.assert_value("billing.charge", "max_attempts", "8", &format!("{name}: {SOURCE}.max_attempts"));
        let source = format!("{name}: {SOURCE}.attempt_timeout");
        files.assert_value("billing.charge", "attempt_timeout", "2 s", &source);
    }
    let text = "[retry_policies]\nbilling_charge = {max_attempts = 8}\nCHARGE = {initial_delay = 1}";
    files.write("plain.toml", text).read(&["plain.toml"]).unwrap();
    let source = "plain.toml: retry_policies.billing_charge.max_attempts";
    files.assert_value("billing.charge", "max_attempts", "8", source);
    let source = "plain.toml: retry_policies.CHARGE.initial_delay";
    files.assert_value("billing.charge", "initial_delay", "1 s", source);
}

#[test]
fn a_section_may_have_fields_of_its_own_and_operations() {
    let files = Files::new();
    let text = "[retry_policies.default]\nmax_attempts = 4\n[retry_policies.billing]\nmax_attempts = 5\n[retry_policies.billing.charge]\ninitial_delay = 1";
    files.write("a.toml", text).read(&["a.toml"]).unwrap();
    files.assert_value("billing.charge", "max_attempts", "4", "a.toml: retry_policies.default.max_attempts");
    files.assert_value(
        "billing.charge",
        "initial_delay",
        "1 s",
        "a.toml: retry_policies.billing.charge.initial_delay",
    );
}

#[test]
fn an_operation_inherits_a_whole_policy() {
    let files = Files::new();
    let text = "retry_policies: {billing.charge: {inherits: aggressive, max_attempts: 4}}";
    files.write("a.yaml", text).read(&["a.yaml"]).unwrap();
    files.assert_value("billing.charge", "max_delay", "5 s", &format!("a.yaml: {SOURCE}.inherits"));
    files.assert_value("billing.charge", "max_attempts", "4", &format!("a.yaml: {SOURCE}.max_attempts"));
}

#[test]
fn a_limit_that_the_code_does_not_have_is_not_inherited_in_silence() {
    let files = Files::new();
    let text = "retry_policies: {billing.charge: {inherits: base}, base: {deadline: 9}}";
    let error = files.refused_text("a.yaml", text);
    assert_eq!(
        error,
        "a.yaml: retry_policies.base.deadline (inherited by `billing.charge`) = 9: the code has no `deadline`, and settings cannot add it: write it there, as in `deadline = \"30s\"`, and settings can change it"
    );
}

fn most(event: &Event<'_, Failure>) {
    MOST.set(event.max_attempts);
}

thread_local!(static MOST: Cell<Option<u32>> = const { Cell::new(None) });

#[retry(policy = worker, on_success = most)]
fn succeed() -> Result<(), Failure> {
    Ok(())
}

/// No policy is read for it otherwise.
#[test]
fn a_success_tells_the_attempts_that_settings_give_it() {
    let files = Files::new();
    files.write("a.toml", "[retry_policies.succeed]\nmax_attempts = 9\n").read(&["a.toml"]).unwrap();
    succeed().unwrap();
    assert_eq!(MOST.get(), Some(9));
}
