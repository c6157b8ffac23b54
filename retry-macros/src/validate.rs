//! Checks of one key against another, where the macro knows both.

use proc_macro2::TokenStream;
use quote::ToTokens;
use retry_rules::{Backoff, Fault, Jitter};

use crate::{
    args::{Args, Value},
    errors::Errors,
    input::Function,
    keys::Key,
    policy::Policy,
};

/// Checks the figures against each other.
pub(crate) fn policy(args: &Args, policy: &Policy, errors: &mut Errors) {
    contradictions(args, policy, errors);
    // A fault of one key has been reported at that key; these are faults of two.
    let Some(schedule) = &policy.schedule else { return };
    match schedule.fault() {
        Some(fault @ Fault::InitialAboveMax { .. }) => {
            let key = if args.get(Key::InitialDelay).is_some() { Key::InitialDelay } else { Key::MaxDelay };
            errors.at(place(args, key), fault.message());
        }
        Some(fault @ Fault::Endless) => errors.at(place(args, Key::MaxAttempts), fault.message()),
        _ => {}
    }
    let worst = schedule.worst_case_delay();
    if let Some(limit) = policy.max_total_delay.filter(|limit| worst > *limit) {
        errors.at(place(args, Key::MaxTotalDelay), Fault::TotalDelay { worst, limit }.message());
    }
}

fn contradictions(args: &Args, policy: &Policy, errors: &mut Errors) {
    let Some(schedule) = &policy.schedule else { return };
    let not_exponential = match schedule.backoff {
        Backoff::Constant => Some("constant"),
        Backoff::Linear => Some("linear"),
        Backoff::Fibonacci => Some("fibonacci"),
        Backoff::Custom(_) => Some("custom"),
        _ => None,
    };
    if let (Some(name), Some(_)) = (not_exponential, args.get(Key::ExponentialBase)) {
        errors.at(
            place(args, Key::ExponentialBase),
            format!("`exponential_base` has no effect on a {name} backoff: remove it, or use `backoff = exponential`"),
        );
    }
    if schedule.jitter == Jitter::Decorrelated {
        for key in [Key::Backoff, Key::ExponentialBase] {
            if args.get(key).is_some() {
                let name = key.entry().name;
                errors.at(
                    place(args, key),
                    format!(
                        "`jitter = decorrelated` replaces the backoff, so `{name}` has no effect: remove one"
                    ),
                );
            }
        }
    }
}

/// Refuses a second `#[retry]`, which would multiply the attempts.
pub(crate) fn once(function: &Function, errors: &mut Errors) {
    if let Some(second) = function.attrs.iter().find(|attr| is_retry(attr.path())) {
        errors.at(second, "this function has two `#[retry]`, which would multiply its attempts: remove one");
    }
}

/// Whether the path is that of this attribute.
pub(crate) fn is_retry(path: &syn::Path) -> bool {
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(words.iter().map(String::as_str).collect::<Vec<_>>()[..], ["retry"] | ["retry_runtime", "retry"])
}

/// Where to report a fault of `key`: at its value, else at its name.
fn place(args: &Args, key: Key) -> TokenStream {
    match args.get(key) {
        Some(arg) => match &arg.value {
            Value::Expr(expr) => expr.to_token_stream(),
            _ => arg.name.to_token_stream(),
        },
        None => TokenStream::new(),
    }
}
