//! The paragraph that states the policy, for functions that have documentation.

use retry_rules::{Backoff, Jitter, Text, UNLIMITED};
use syn::Attribute;

use crate::{
    plan::{Plan, is_documentation},
    policy::{Base, Policy},
    time::{Given, Limit, Time},
};

/// Appends the paragraph, if there is documentation to append to.
pub(super) fn append(plan: &Plan, attrs: &mut Vec<Attribute>) {
    if let Some(last) = attrs.iter().rposition(is_documentation) {
        let text = paragraph(&plan.policy) + &limits(&plan.time) + once(plan);
        attrs.insert(last + 1, syn::parse_quote!(#[doc = #text]));
        attrs.insert(last + 1, syn::parse_quote!(#[doc = ""]));
    }
}

/// Whether a call may be given the result of another.
const fn once(plan: &Plan) -> &'static str {
    if plan.idempotency.is_some() { " Runs to success once for each idempotency key." } else { "" }
}

/// What limits the time of attempts and of the call, where it is written out.
fn limits(time: &Time) -> String {
    let sentence = |start: &str, limit: &Option<Limit>| match limit {
        Some(Limit { value: Given::Known(limit), .. }) => {
            Text::new().text(start).duration(*limit).text(".").to_string()
        }
        _ => String::new(),
    };
    sentence(" Each attempt takes at most ", &time.attempt_timeout)
        + &sentence(" The whole call takes at most ", &time.deadline)
}

fn paragraph(policy: &Policy) -> String {
    let Some(schedule) = &policy.schedule else {
        let base = match &policy.base {
            Base::Preset(preset) => preset.name.to_owned(),
            Base::Path(path) => path.to_string().replace(' ', ""),
            Base::Computed(_) => return "Retries: by a policy that each call computes.".to_owned(),
        };
        return if policy.changes.is_empty() {
            format!("Retries: by the policy `{base}`.")
        } else {
            format!("Retries: by the policy `{base}`, with values of this function's own.")
        };
    };
    let mut text = Text::new();
    text = match schedule.max_attempts {
        1 => return "Retries: none, a single attempt.".to_owned(),
        UNLIMITED => text.text("Retries: as many attempts as the time allows"),
        attempts => text.text("Retries: up to ").number(attempts.into()).text(" attempts"),
    };
    let last = schedule.max_attempts.saturating_sub(1);
    let delay = |attempt| std::time::Duration::from_nanos(schedule.delay_after(attempt));
    text = match (schedule.backoff, schedule.jitter) {
        (_, Jitter::Decorrelated) => {
            text.text(", waits of ").duration(schedule.initial_delay).text(" and more")
        }
        (Backoff::Custom(_), _) => text.text(", waits of at most ").duration(schedule.max_delay),
        _ if delay(1) == delay(last) && delay(1).is_zero() => text.text(", without waiting"),
        (_, Jitter::Full) => text.text(", waits of up to ").duration(delay(last)),
        _ if delay(1) == delay(last) => text.text(", waits of ").duration(delay(1)),
        _ => text.text(", waits ").duration(delay(1)).text(" to ").duration(delay(last)),
    };
    let worst = schedule.worst_case_delay();
    if !worst.is_zero() {
        text = text.text(", at most ").duration(worst);
    }
    text.text(" before server hints.").to_string()
}
