//! The limits of time: of an attempt, of the whole call.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use retry_rules::{Fault, duration};
use syn::{Expr, Lit};

use crate::{
    args::Args,
    errors::Errors,
    keys::Key,
    plan::{Callee, callee},
    policy::{is_negative_literal, literal},
    shape::Shape,
    this::rename_self,
};

/// The limits, resolved.
#[derive(Default)]
pub(crate) struct Time {
    pub(crate) attempt_timeout: Option<Limit>,
    pub(crate) deadline: Option<Limit>,
    pub(crate) deadline_from: Option<TokenStream>,
    pub(crate) timeout_error: Option<Callee>,
    pub(crate) cancel: Option<TokenStream>,
    /// The key to report at if the error type cannot express a timeout.
    place: Option<Span>,
}

/// A duration above zero.
pub(crate) struct Limit {
    pub(crate) key: Key,
    pub(crate) value: Given,
}

/// A duration as given.
pub(crate) enum Given {
    /// Written out.
    Known(Duration),
    /// A constant expression.
    Const(Box<Expr>),
}

impl Time {
    pub(crate) fn read(args: &Args, errors: &mut Errors) -> Self {
        let timeout_error = callee(args, Key::TimeoutError, errors);
        let limits = [Key::AttemptTimeout, Key::Deadline, Key::DeadlineFrom];
        let place = limits.into_iter().find_map(|key| args.get(key)).map(|arg| arg.name.span());
        if let (None, Some(arg)) = (place, args.get(Key::TimeoutError)) {
            errors.at(
                &arg.name,
                "`timeout_error` has no effect without a time limit: add `attempt_timeout = \"5s\"` or \
                 `deadline = \"30s\"`, or remove it",
            );
        }
        let attempt_timeout = limit(args, Key::AttemptTimeout, errors);
        let deadline = limit(args, Key::Deadline, errors);
        let figures = (known(attempt_timeout.as_ref()), known(deadline.as_ref()));
        if let (Some(attempt), Some(call)) = figures {
            if let Some(fault) = Fault::of_timeout(attempt, call) {
                errors.at(args.place(Key::AttemptTimeout), fault.message());
            }
        }
        Self {
            attempt_timeout,
            deadline,
            deadline_from: args.expr(Key::DeadlineFrom, errors).map(ToTokens::to_token_stream),
            timeout_error,
            cancel: args.expr(Key::Cancel, errors).map(ToTokens::to_token_stream),
            place,
        }
    }

    /// Whether an attempt may be dropped because its time is over.
    pub(crate) const fn limits_attempts(&self) -> bool {
        self.attempt_timeout.is_some() || self.has_deadline()
    }

    pub(crate) const fn has_deadline(&self) -> bool {
        self.deadline.is_some() || self.deadline_from.is_some()
    }

    pub(crate) fn place(&self) -> Span {
        self.place.unwrap_or_else(Span::call_site)
    }

    /// Under `async_trait` the arguments are in its block, where `self` has another name.
    pub(crate) fn rename_self(&mut self, name: Option<&Ident>) {
        let Some(name) = name else { return };
        self.deadline_from = self.deadline_from.take().map(|tokens| rename_self(tokens, name));
        self.cancel = self.cancel.take().map(|tokens| rename_self(tokens, name));
        self.timeout_error = self.timeout_error.take().map(|callee| callee.with_self_as(Some(name)));
    }

    /// Refuses limits that a blocking attempt cannot keep; gives an attempt that can be dropped a block of
    /// its own.
    pub(crate) fn fit(&self, args: &Args, shape: &mut Shape, errors: &mut Errors) {
        if self.limits_attempts() {
            shape.enclose();
        }
        if shape.is_async() {
            return;
        }
        for key in [Key::AttemptTimeout, Key::Deadline, Key::DeadlineFrom] {
            if let Some(arg) = args.get(key) {
                errors.at(
                    &arg.name,
                    format!(
                        "`{}` needs an async function: an attempt that blocks its thread cannot be interrupted\n\
                         limit the waits with `max_elapsed = \"30s\"`, and the attempt where it blocks, as with a \
                         socket's read timeout",
                        arg.name
                    ),
                );
            }
        }
    }
}

/// The duration beside `key`, checked as far as it is known. Every fault is reported.
pub(crate) fn read_duration(args: &Args, key: Key, errors: &mut Errors) -> Option<Given> {
    let expr = args.expr(key, errors)?;
    let name = key.entry().name;
    let usage = key.entry().usage;
    let needs_unit = match literal(expr) {
        Some(Lit::Str(text)) => {
            let parsed = duration::parse(&text.value());
            return parsed
                .map_err(|fault| errors.at(expr, format!("`{name}`: {fault}")))
                .ok()
                .map(Given::Known);
        }
        Some(Lit::Int(_) | Lit::Float(_)) => true,
        _ => is_negative_literal(expr),
    };
    if needs_unit {
        errors.at(expr, format!("`{name}` needs a unit: write it as text, such as `{usage}`"));
    } else if literal(expr).is_some() || matches!(expr, Expr::Closure(_)) {
        errors.at(expr, format!("`{name}` takes a duration: write it as text, such as `{usage}`"));
    } else {
        return Some(Given::Const(Box::new(expr.clone())));
    }
    None
}

impl Given {
    /// As an expression.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Known(duration) => {
                let (secs, nanos) = (duration.as_secs(), duration.subsec_nanos());
                quote!(::core::time::Duration::new(#secs, #nanos))
            }
            Self::Const(expr) => expr.to_token_stream(),
        }
    }
}

/// The duration, where it is written out and no fault by itself.
fn known(limit: Option<&Limit>) -> Option<Duration> {
    match limit?.value {
        Given::Known(duration) if !duration.is_zero() => Some(duration),
        _ => None,
    }
}

fn limit(args: &Args, key: Key, errors: &mut Errors) -> Option<Limit> {
    let value = read_duration(args, key, errors)?;
    if let Given::Known(limit) = &value {
        if let Some(fault) = Fault::of_limit(key.entry().name, *limit) {
            errors.at(args.place(key), fault.message());
        }
    }
    Some(Limit { key, value })
}
