//! `inherits`: a section starts from a whole policy.

use std::time::Duration;

use retry_runtime::{Jitter, RetryPolicy, retry, settings};

use crate::Files;

/// A policy of the program's own.
const LEDGER: RetryPolicy = RetryPolicy::named("ledger")
    .with_max_attempts(6)
    .with_jitter(Jitter::Full)
    .with_max_elapsed(Duration::from_secs(90))
    .with_max_total_delay(Duration::from_secs(80));

#[retry(policy = LEDGER)]
fn book() -> Result<(), String> {
    Ok(())
}

const PAYMENTS: RetryPolicy = RetryPolicy::named("payments").with_slots(3, Duration::from_secs(3));

#[retry(policy = PAYMENTS)]
fn pay() -> Result<(), String> {
    Ok(())
}

fn payments(text: &str) -> (Files, RetryPolicy) {
    // The functions are there, else settings would know no such policies.
    book().and(pay()).unwrap();
    let files = Files::new();
    files.write("retry.yaml", text).read(&["retry.yaml"]).unwrap();
    (files, settings::policy("payments").unwrap())
}

#[test]
fn a_section_starts_from_the_figures_of_a_preset() {
    let (files, policy) =
        payments("retry_policies:\n  payments:\n    inherits: aggressive\n    max_delay: 20\n");
    let max_delay = Duration::from_secs(20);
    assert_eq!(policy, RetryPolicy::AGGRESSIVE.with_max_delay(max_delay).with_name("payments"));
    files.assert_value("payments", "max_delay", "20 s", "retry.yaml: retry_policies.payments.max_delay");
    files.assert_value("payments", "max_attempts", "5", "retry.yaml: retry_policies.payments.inherits");
    files.assert_value("payments", "max_total_delay", "none", "code");
}

#[test]
fn it_starts_from_what_the_file_says_of_the_preset_too() {
    let (files, policy) = payments(
        "retry_policies:\n  payments: {inherits: Aggressive}\n  aggressive: {max_attempts: 9, max_total_delay: 1m}\n",
    );
    let inherited =
        RetryPolicy::AGGRESSIVE.with_max_attempts(9).with_max_total_delay(Duration::from_secs(60));
    assert_eq!(policy, inherited.with_name("payments"));
    let source = "retry.yaml: retry_policies.aggressive.max_attempts (inherited by `payments`)";
    files.assert_value("payments", "max_attempts", "9", source);
    files.assert_value(
        "aggressive",
        "max_attempts",
        "9",
        "retry.yaml: retry_policies.aggressive.max_attempts",
    );
}

#[test]
fn a_parent_may_inherit_itself() {
    let (files, policy) = payments(
        "retry_policies:
  payments: {inherits: careful, slot_count: 8}
  careful: {inherits: worker, max_attempts: 4, initial_delay: 3}
  worker: {inherits: conservative, initial_delay: 2, slot_count: 9}
",
    );
    let worker = RetryPolicy::CONSERVATIVE
        .with_initial_delay(Duration::from_secs(2))
        .with_slots(9, Duration::from_millis(200));
    let careful = worker.with_max_attempts(4).with_initial_delay(Duration::from_secs(3));
    assert_eq!(policy, careful.with_slots(8, Duration::from_millis(200)).with_name("payments"));
    assert_eq!(settings::policy("worker"), Some(worker.with_name("worker")));
    files.assert_value(
        "payments",
        "initial_delay",
        "3 s",
        "retry.yaml: retry_policies.careful.initial_delay (inherited by `payments`)",
    );
    files.assert_value("payments", "max_delay", "15 s", "retry.yaml: retry_policies.worker.inherits");
}

#[test]
fn of_a_section_that_is_no_policy_of_the_program_only_its_own_fields_are_inherited() {
    let (_files, policy) = payments(
        "retry_policies:\n  payments: {inherits: our-base}\n  our_base: {max_attempts: 9, jitter: none}\n",
    );
    assert_eq!(policy, PAYMENTS.with_max_attempts(9).with_jitter(Jitter::None));
}

#[test]
fn a_policy_of_the_program_gives_its_figures_but_keeps_its_limits_of_time() {
    let (_files, policy) = payments("retry_policies: {payments: {inherits: ledger}}");
    assert_eq!(policy.max_attempts(), Some(6));
    assert_eq!(policy.jitter(), Jitter::Full);
    assert_eq!((policy.max_elapsed(), policy.max_total_delay()), (None, None));
    // Of `ledger`, which inherits nothing, not of `payments`.
    assert_eq!(policy.slot_count(), RetryPolicy::DEFAULT.slot_count());
}

#[test]
fn an_inherited_jitter_is_kept_changed_and_switched_off() {
    for (fields, jitter) in [
        ("jitter: true", Jitter::Full),
        ("jitter: false", Jitter::None),
        ("jitter_factor: 0.3", Jitter::Factor(0.3)),
        ("jitter: true, jitter_factor: 0.3", Jitter::Factor(0.3)),
        ("jitter: equal", Jitter::Equal),
    ] {
        let (_files, policy) =
            payments(&format!("retry_policies: {{payments: {{inherits: ledger, {fields}}}}}"));
        assert_eq!(policy.jitter(), jitter, "{fields}");
    }
    let (_files, policy) = payments(
        "retry_policies: {payments: {inherits: base, jitter: true}, base: {inherits: http, jitter: false}}",
    );
    assert_ne!(policy.jitter(), Jitter::None);
}

#[test]
fn a_later_file_changes_the_parent_of_what_an_earlier_one_has() {
    let files = Files::new();
    files.write("base.toml", "[retry_policies.payments]\ninherits = 'aggressive'\nmax_delay = 9\n");
    files.write("site.json", r#"{"retry_policies": {"aggressive": {"max_attempts": 8}}}"#);
    files.read(&["base.toml", "site.json"]).unwrap();
    files.assert_value(
        "payments",
        "max_attempts",
        "8",
        "site.json: retry_policies.aggressive.max_attempts (inherited by `payments`)",
    );
    files.assert_value("payments", "max_delay", "9 s", "base.toml: retry_policies.payments.max_delay");

    files.write("own.yaml", "retry_policies: {payments: {inherits: conservative}}");
    files.read(&["base.toml", "site.json", "own.yaml"]).unwrap();
    files.assert_value("payments", "max_attempts", "2", "own.yaml: retry_policies.payments.inherits");
    files.assert_value("payments", "max_delay", "9 s", "base.toml: retry_policies.payments.max_delay");
}

#[test]
fn a_parent_that_there_is_not_is_refused_with_the_nearest() {
    let files = Files::new();
    assert_eq!(
        files.refused_text("a.toml", "[retry_policies.payments]\ninherits = 'agressive'\ninitial_delay = 20"),
        "a.toml: retry_policies.payments.inherits = \"agressive\": unknown policy `agressive`: did you mean `aggressive`?"
    );
    assert_eq!(
        files.refused_text("a.toml", "[retry_policies.payments]\ninherits = 'bass'\n[retry_policies.base]"),
        "a.toml: retry_policies.payments.inherits = \"bass\": unknown policy `bass`: did you mean `base`?"
    );
    let error = files.refused_text("a.toml", "[retry_policies.worker]\ninherits = 'colour'");
    assert!(
        error.starts_with(
            "a.toml: retry_policies.worker.inherits = \"colour\": unknown policy `colour`: known are `aggressive`, `api`, "
        ),
        "{error}"
    );
    // Who inherits from a section that is wrong is not wrong himself.
    let error = files.refused_text(
        "a.toml",
        "[retry_policies.payments]\ninherits = 'api'\n[retry_policies.api]\ninherits = 'htp'",
    );
    assert_eq!(
        error,
        "a.toml: retry_policies.api.inherits = \"htp\": unknown policy `htp`: did you mean `http`?"
    );
}

#[test]
fn a_circle_is_refused_once() {
    let files = Files::new();
    let text =
        "retry_policies: {c: {inherits: A}, b: {inherits: c}, a: {inherits: b}, worker: {inherits: b}}";
    assert_eq!(
        files.refused_text("a.yaml", text),
        "a.yaml: retry_policies.a.inherits = \"b\": inherits in a circle: `a` from `b` from `c` from `a`"
    );
    assert_eq!(
        files.refused_text("a.yaml", "retry_policies: {worker: {inherits: worker}}"),
        "a.yaml: retry_policies.worker.inherits = \"worker\": inherits in a circle: `worker` from `worker`"
    );
}

#[test]
fn what_names_no_policy_is_refused() {
    let files = Files::new();
    for (value, shown) in
        [("5", "5"), ("[worker]", "a list"), ("{a: b}", "a table"), ("", "nothing"), ("' '", "\" \"")]
    {
        assert_eq!(
            files.refused_text("a.yaml", &format!("retry_policies: {{worker: {{inherits: {value}}}}}")),
            format!(
                "a.yaml: retry_policies.worker.inherits = {shown}: `inherits` takes the name of a policy, as in \"aggressive\""
            )
        );
    }
}

#[test]
fn a_rule_that_is_broken_with_what_is_inherited_names_both() {
    let files = Files::new();
    let error =
        files.refused_text("a.yaml", "retry_policies: {payments: {inherits: aggressive, initial_delay: 9}}");
    assert!(error.contains("a.yaml: retry_policies.payments.initial_delay = 9: for "), "{error}");
    assert!(
        error.contains(", beside a.yaml: retry_policies.payments.inherits = \"aggressive\": "),
        "{error}"
    );
}
