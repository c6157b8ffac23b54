//! Checks of one key against another, where the macro knows both.

use proc_macro2::Ident;
use retry_rules::Fault;

use crate::{
    args::Args,
    arguments::Arguments,
    errors::Errors,
    input::Function,
    keys::Key,
    policy::{Policy, Value},
};

/// Checks the figures against each other.
pub(crate) fn policy(args: &Args, policy: &Policy, errors: &mut Errors) {
    contradictions(args, policy, errors);
    // A fault of one key has been reported at that key; these are faults of two.
    let Some(schedule) = &policy.schedule else { return };
    match schedule.fault() {
        Some(fault @ Fault::InitialAboveMax { .. }) => {
            let place = args.place(Key::InitialDelay).or_else(|| args.place(Key::MaxDelay));
            errors.at(place, fault.message());
        }
        Some(fault @ Fault::Endless) => errors.at(args.place(Key::MaxAttempts), fault.message()),
        _ => {}
    }
    let worst = schedule.worst_case_delay();
    if let Some(limit) = policy.max_total_delay.filter(|limit| worst > *limit) {
        errors.at(args.place(Key::MaxTotalDelay), Fault::TotalDelay { worst, limit }.message());
    }
}

fn contradictions(args: &Args, policy: &Policy, errors: &mut Errors) {
    let backoff = ["constant", "linear", "fibonacci", "custom"]
        .into_iter()
        .find(|name| chosen(policy, Key::Backoff).is_some_and(|chosen| chosen == *name));
    if let (Some(backoff), Some(base)) = (backoff, args.place(Key::ExponentialBase)) {
        errors.at(base, Fault::IdleBase { backoff }.message());
    }
    if chosen(policy, Key::Jitter).is_some_and(|name| name == "decorrelated") {
        for key in [Key::Backoff, Key::ExponentialBase] {
            if let Some(place) = args.place(key) {
                errors.at(place, Fault::Replaced { key: key.entry().name }.message());
            }
        }
    }
}

/// The word that the attribute gives for a key, known even where the figures are not.
fn chosen(policy: &Policy, key: Key) -> Option<String> {
    let change = policy.changes.iter().find(|change| change.method == key.entry().name)?;
    match &change.value {
        // `Custom(path)` starts with its word too.
        Value::Variant(_, variant) => Some(variant.clone().into_iter().next()?.to_string().to_lowercase()),
        Value::Known(_) | Value::Const { .. } => None,
    }
}

/// Refuses a context that takes the name of an argument to be cloned.
pub(crate) fn context(name: Option<&Ident>, arguments: &Arguments, errors: &mut Errors) {
    if let Some(name) = name.filter(|name| arguments.cloned.iter().any(|cloned| cloned.name == **name)) {
        errors.at(name, format!("`{name}` is also an argument to be cloned: give the context another name"));
    }
}

/// Refuses a second `#[retry]`, which would multiply the attempts.
pub(crate) fn once(function: &Function, errors: &mut Errors) {
    const TWICE: &str = "this function has two `#[retry]`, which would multiply its attempts: remove one";
    if let Some(second) = function.attrs.iter().find(|attr| is_retry(attr.path())) {
        errors.at(second, TWICE);
    } else if function.is_retried() {
        // Under another name the other one is only known by what it wrote.
        errors.at(&function.signature.ident, TWICE);
    }
}

/// Whether the path is that of this attribute.
pub(crate) fn is_retry(path: &syn::Path) -> bool {
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(words.iter().map(String::as_str).collect::<Vec<_>>()[..], ["retry"] | ["retry_runtime", "retry"])
}
