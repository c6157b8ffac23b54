//! The key `idempotency_key`: a function that runs to success once for each key.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, GenericArgument, Lit, Type};

use crate::{
    args::Args,
    errors::Errors,
    keys::Key,
    plan::{Callee, callee},
    policy::literal,
    returns::{arguments, ungrouped},
    this::rename_self,
};

/// The tests see what it expands to without the feature.
const IS_ON: bool = cfg!(any(feature = "idempotency", test));

/// What a call's key is, and what becomes of a call that is not given it.
pub(crate) struct Idempotency {
    pub(crate) key: TokenStream,
    pub(crate) conflict_error: Option<Callee>,
    /// The key to report at if the error type cannot express a conflict, or the value cannot be stored.
    pub(crate) place: Span,
}

impl Idempotency {
    /// Where the attribute has the key.
    pub(crate) fn read(args: &Args, errors: &mut Errors) -> Option<Self> {
        let conflict_error = callee(args, Key::ConflictError, errors);
        let Some(arg) = args.get(Key::Idempotency) else {
            if let Some(arg) = args.get(Key::ConflictError) {
                errors.at(
                    &arg.name,
                    "`conflict_error` has no effect without a key: add `idempotency_key = order.id`, or remove it",
                );
            }
            return None;
        };
        if !IS_ON {
            errors.at(
                &arg.name,
                "`idempotency_key` needs the feature `idempotency` of retry-runtime, which is off\n\
                 add `features = [\"idempotency\"]` to retry-runtime in Cargo.toml",
            );
        }
        if args.get(Key::Operation).is_none() {
            errors.at(
                &arg.name,
                "`idempotency_key` needs a name of the operation: functions of the same name would share their keys\n\
                 add `operation = \"charge_card\"`, and keep it when you rename the function",
            );
        }
        let expr = args.expr(Key::Idempotency, errors)?;
        if let (Some(Lit::Str(_)), false) | (None, true) = (literal(expr), matches!(expr, Expr::Closure(_))) {
            errors.at(
                expr,
                "`idempotency_key` takes an expression over the arguments, which each call evaluates\n\
                 write `idempotency_key = order.id` or `idempotency_key = format!(\"{user}/{month}\")`",
            );
        }
        Some(Self { key: expr.to_token_stream(), conflict_error, place: arg.name.span() })
    }

    /// Refuses what is certainly borrowed: the compiler would speak of lifetimes, and of the whole attribute.
    pub(crate) fn check_value(outcome: &Type, errors: &mut Errors) {
        let Type::Path(outcome) = ungrouped(outcome) else { return };
        let arguments = outcome.path.segments.last().and_then(|last| arguments(&last.arguments));
        let Some(GenericArgument::Type(value)) = arguments.and_then(|arguments| arguments.args.first())
        else {
            return;
        };
        if borrows(value.to_token_stream()) {
            errors.at(
                value,
                "what a function with `idempotency_key` returns is kept for later calls: it owns its data\n\
                 return `String` instead of `&str`, `Vec<T>` instead of `&[T]`",
            );
        }
    }

    /// Under `async_trait` the arguments are in its block, where `self` has another name.
    pub(crate) fn with_self_as(self, name: Option<&Ident>) -> Self {
        let Some(this) = name else { return self };
        let conflict_error = self.conflict_error.map(|callee| callee.with_self_as(name));
        Self { key: rename_self(self.key, this), conflict_error, ..self }
    }
}

/// Whether there is a reference in a type.
fn borrows(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Group(group) => borrows(group.stream()),
        _ => false,
    })
}
