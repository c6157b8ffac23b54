//! The limits that calls share with others: a budget, a circuit breaker, an adaptive rate.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Expr;

use crate::{
    args::Args,
    errors::Errors,
    keys::Key,
    plan::{Callee, callee},
    this::rename_self,
};

/// The limits, as expressions.
#[derive(Default)]
pub(crate) struct Guards {
    pub(crate) budget: Option<TokenStream>,
    pub(crate) circuit_breaker: Option<TokenStream>,
    pub(crate) open_error: Option<Callee>,
    pub(crate) adaptive: Option<TokenStream>,
    /// The key to report at if the error type cannot express an open circuit.
    place: Option<Span>,
}

impl Guards {
    pub(crate) fn read(args: &Args, errors: &mut Errors) -> Self {
        let place = args.get(Key::CircuitBreaker).map(|arg| arg.name.span());
        if let (None, Some(arg)) = (place, args.get(Key::OpenError)) {
            errors.at(
                &arg.name,
                "`open_error` has no effect without a circuit breaker: add `circuit_breaker = LAKE`, or remove it",
            );
        }
        let mut shared = |key| {
            let expr = args.expr(key, errors)?;
            if is_made_anew(expr) {
                let name = key.entry().name;
                errors.at(
                    expr,
                    format!("`{name}` names what calls share, and this makes a new one at each look\nput it into a `static` or a field, and name that"),
                );
            }
            Some(expr.to_token_stream())
        };
        let (budget, circuit_breaker, adaptive) =
            (shared(Key::Budget), shared(Key::CircuitBreaker), shared(Key::Adaptive));
        let open_error = callee(args, Key::OpenError, errors);
        Self { budget, circuit_breaker, open_error, adaptive, place }
    }

    pub(crate) fn place(&self) -> Span {
        self.place.unwrap_or_else(Span::call_site)
    }

    /// Under `async_trait` the arguments are in its block, where `self` has another name.
    pub(crate) fn rename_self(&mut self, name: Option<&Ident>) {
        let Some(name) = name else { return };
        for tokens in [&mut self.budget, &mut self.circuit_breaker, &mut self.adaptive] {
            *tokens = tokens.take().map(|tokens| rename_self(tokens, name));
        }
        self.open_error = self.open_error.take().map(|callee| callee.with_self_as(Some(name)));
    }
}

/// Whether the expression plainly makes a guard: `RetryBudget::new("api").with_ratio(0.1)`.
fn is_made_anew(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(call) => is_made_anew(&call.receiver),
        Expr::Reference(reference) => is_made_anew(&reference.expr),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.iter().rev().nth(1).is_some_and(|segment| {
                ["RetryBudget", "CircuitBreaker", "AdaptiveRate"].iter().any(|name| segment.ident == name)
            }),
            _ => false,
        },
        _ => false,
    }
}
