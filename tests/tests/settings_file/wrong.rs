//! What is wrong with sections and fields.

use crate::Files;

/// Sections as YAML has them in braces, and what is said of them.
#[track_caller]
fn refused(sections: &str) -> String {
    let files = Files::new();
    let said = files.refused_text("a.yaml", &format!("retry_policies: {{{sections}}}"));
    let lines = said.lines().map(|line| line.strip_prefix("a.yaml: retry_policies.").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest() {
    assert_eq!(
        refused("worker: {max_atempts: 5}"),
        "worker.max_atempts = 5: unknown field `max_atempts`: did you mean `max_attempts`?"
    );
    assert_eq!(
        refused("worker: {max-delay: 5s}"),
        "worker.max-delay = \"5s\": unknown field `max-delay`: did you mean `max_delay`?"
    );
    assert_eq!(
        refused("worker: {inherit: api}"),
        "worker.inherit = \"api\": unknown field `inherit`: did you mean `inherits`?"
    );
    let listed = refused("worker: {colour: red}");
    assert!(
        listed.starts_with("worker.colour = \"red\": unknown field `colour`: known are `max_attempts`, "),
        "{listed}"
    );
    assert!(listed.ends_with(", `inherits`"), "{listed}");
}

#[test]
fn a_merge_key_of_yaml_is_refused_with_what_to_write() {
    let files = Files::new();
    let text =
        "base: &base {max_attempts: 5}\nretry_policies:\n  worker:\n    <<: *base\n    initial_delay: 1\n";
    assert_eq!(
        files.refused_text("a.yaml", text),
        "a.yaml: retry_policies.worker.<< = a table: merge keys are not understood: write `inherits: <name>` for a whole policy"
    );
}

#[test]
fn a_value_of_another_kind_is_shown_as_what_it_is() {
    for (value, shown) in [("[5]", "a list"), ("{a: 5}", "a table"), ("", "nothing")] {
        assert_eq!(
            refused(&format!("worker: {{max_attempts: {value}}}")),
            format!(
                "worker.max_attempts = {shown}: `max_attempts` takes a whole number, as in 5, or `unlimited`"
            )
        );
    }
    assert_eq!(
        refused("worker: {max_delay: true}"),
        "worker.max_delay = true: `max_delay` takes seconds, as in 0.5, or a text with a unit, as in \"500ms\""
    );
    assert_eq!(
        refused("worker: {max_attempts: 2.5}"),
        "worker.max_attempts = 2.5: `max_attempts` takes a whole number, as in 5, or `unlimited`"
    );
}

#[test]
fn what_is_no_section_is_refused() {
    for (value, shown) in [("5", "5"), ("[5]", "a list"), ("", "nothing")] {
        assert_eq!(
            refused(&format!("worker: {value}")),
            format!("worker = {shown}: `worker` takes a table of fields, as in `max_attempts`")
        );
    }
}

#[test]
fn one_name_in_two_ways_is_refused() {
    assert_eq!(
        refused("billing.charge: {max_attempts: 5}, billing_charge: {max_attempts: 6}"),
        "billing_charge: the same name as `billing.charge`, for only letters and digits tell names apart: put all of it in one"
    );
    assert_eq!(
        refused("billing.charge: {max_attempts: 5}, billing: {charge: {max_delay: 6}}"),
        "billing.charge: given twice, in one word and as a table in a table: put all of it in one"
    );
    assert_eq!(
        refused("worker: {max_delay: 5, max_wait: 6}"),
        "worker.max_wait = 6: given twice, as `retry_policies.worker.max_delay` too: remove one of them"
    );
}
