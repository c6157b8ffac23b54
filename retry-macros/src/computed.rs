//! The key `policy_from`: a policy that each call computes.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use crate::{
    args::{Args, Value, ungrouped},
    coordination,
    errors::Errors,
    keys::Key,
    policy::{Base, Policy},
    this::rename_self,
};

/// What a policy consists of: keys that would change one which is not known before it is computed.
const OF_POLICY: [Key; 9] = [
    Key::MaxAttempts,
    Key::InitialDelay,
    Key::MaxDelay,
    Key::MaxElapsed,
    Key::MaxRetryAfter,
    Key::MaxTotalDelay,
    Key::Backoff,
    Key::ExponentialBase,
    Key::Jitter,
];

/// The tests see what it expands to without the feature.
const IS_ON: bool = cfg!(any(feature = "settings", test));

impl Policy {
    /// Where the attribute has the key.
    pub(crate) fn computed(args: &Args, errors: &mut Errors) -> Option<Self> {
        let base = Base::Computed(read(args, errors)?);
        // It changes no figure, so whatever is computed can have it.
        let changes = Vec::from_iter(coordination::read(args, errors));
        Some(Self { base, changes, schedule: None, max_total_delay: None, checks: Vec::new() })
    }

    /// Whether each call computes it.
    pub(crate) const fn is_computed(&self) -> bool {
        matches!(self.base, Base::Computed(_))
    }

    /// Under `async_trait` the arguments are in its block, where `self` has another name.
    pub(crate) fn rename_self(&mut self, name: Option<&Ident>) {
        if let (Base::Computed(policy), Some(name)) = (&mut self.base, name) {
            *policy = rename_self(std::mem::take(policy), name);
        }
    }
}

/// The expression, and whatever contradicts it.
fn read(args: &Args, errors: &mut Errors) -> Option<TokenStream> {
    let expr = args.expr(Key::PolicyFrom, errors)?;
    if !IS_ON {
        errors.at(
            args.get(Key::PolicyFrom).map(|arg| &arg.name),
            "`policy_from` needs the feature `settings` of retry-runtime, which is off\n\
             add `features = [\"settings\"]` to retry-runtime in Cargo.toml",
        );
    }
    let named = args.policy.as_ref().map(ToTokens::to_token_stream);
    if let Some(place) = named.or_else(|| args.get(Key::Policy).map(|arg| arg.name.to_token_stream())) {
        errors.at(
            place,
            "the policy is given twice, here and by `policy_from`: remove one\n\
             to start from one, write `policy_from = RetryPolicy::HTTP.with_max_attempts(n)`",
        );
    }
    for arg in OF_POLICY.into_iter().filter_map(|key| args.get(key)) {
        let name = arg.key.entry().name;
        let method = if is_unlimited(&arg.value) { "unlimited_attempts()" } else { &format!("{name}(..)") };
        errors.at(
            &arg.name,
            format!(
                "`{name}` cannot change what `policy_from` computes: change it there, by `.with_{method}`"
            ),
        );
    }
    let policy = expr.to_token_stream();
    if let (Some(awaits), None) = (find(policy.clone(), "await"), find(policy.clone(), "async")) {
        errors.at(
            awaits,
            "`policy_from` cannot be awaited, for it is evaluated at once when an attempt has failed\n\
             look the policy up before the call, and pass it as an argument",
        );
    }
    Some(policy)
}

/// Where the tokens have the word.
fn find(tokens: TokenStream, word: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(found) => (found == word).then_some(found),
        TokenTree::Group(group) => find(group.stream(), word),
        _ => None,
    })
}

/// `max_attempts = unlimited`.
fn is_unlimited(value: &Value) -> bool {
    let Value::Expr(expr) = value else { return false };
    matches!(ungrouped(expr), Expr::Path(path) if path.path.is_ident("unlimited"))
}
