//! What const evaluation checks, where the macro cannot see every figure: one check a key, so that each
//! fault is reported at its own token.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::{
    args::Args,
    keys::Key,
    policy::{Base, Change, Value},
};

/// One check.
pub(crate) struct Check {
    /// The function of `__private::check`.
    pub(crate) name: &'static str,
    /// Where the tokens that are at fault start and end.
    pub(crate) place: (Span, Span),
}

/// The checks of the rules that the attribute may break.
pub(crate) fn all(args: &Args, base: &Base, changes: &[Change]) -> Vec<Check> {
    let base = match base {
        Base::Path(path) => path.to_token_stream(),
        Base::Preset(_) | Base::Computed(_) => TokenStream::new(),
    };
    // What is written out has been checked; `unlimited` depends on the rest.
    let unseen = |key: Key| {
        let name = key.entry().name;
        let is_unseen = |change: &Change| match change.value {
            Value::Const { .. } => change.method == name,
            _ => key == Key::MaxAttempts && change.method == "unlimited",
        };
        changes.iter().any(is_unseen).then(|| args.place(key)).flatten()
    };
    [
        check("max_attempts", unseen(Key::MaxAttempts)),
        check("delays", args.place(Key::InitialDelay).or_else(|| args.place(Key::MaxDelay))),
        check("exponential_base", unseen(Key::ExponentialBase)),
        check("jitter", unseen(Key::Jitter)),
        // A policy of the user's may have brought the limit along.
        check("max_total_delay", args.place(Key::MaxTotalDelay).or(Some(base))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn check(name: &'static str, tokens: Option<TokenStream>) -> Option<Check> {
    let mut spans = tokens?.into_iter().map(|token| token.span());
    let first = spans.next()?;
    Some(Check { name, place: (first, spans.last().unwrap_or(first)) })
}
