//! The key `span`: whether a call has spans, and what its attempts are.

use proc_macro2::Span;
use syn::Expr;

use crate::{
    args::{Args, Value, ungrouped},
    errors::Errors,
    keys::Key,
    policy::{Base, Policy},
};

/// The spans of a call and of its attempts.
pub(crate) struct Spans {
    /// The key.
    pub(crate) place: Span,
    /// Whether each attempt sends an HTTP request, as far as the attribute tells.
    pub(crate) are_of_requests: bool,
}

impl Spans {
    /// `None` where they are off.
    pub(crate) fn read(args: &Args, policy: &Policy, errors: &mut Errors) -> Option<Self> {
        let arg = args.get(Key::Span)?;
        let is_on = matches!(arg.value, Value::Flag) || args.switch(Key::Span, errors) == Some(true);
        let are_of_requests =
            matches!(policy.base, Base::Preset(preset) if preset.name == "http") || has_http_filter(args);
        is_on.then(|| Self { place: arg.name.span(), are_of_requests })
    }
}

/// Whether the filter is one of those for HTTP, by the name that it goes by.
fn has_http_filter(args: &Args) -> bool {
    let Some(Value::Expr(filter)) = args.get(Key::Filter).map(|arg| &arg.value) else { return false };
    let Expr::Path(filter) = ungrouped(filter) else { return false };
    let last = filter.path.segments.last();
    last.is_some_and(|word| word.ident == "is_transient_http" || word.ident == "connect_only")
}
