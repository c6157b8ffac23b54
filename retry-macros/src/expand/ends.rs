//! Where generated tokens are shown: at the user's own, so that a fault in what they are given is reported
//! there and not at the whole attribute.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The spans of the first and the last of some tokens. Stable Rust joins no spans, but the compiler does:
/// an expression that starts and ends there is shown over all of them.
#[derive(Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Ends {
    pub(crate) fn of(tokens: &impl ToTokens) -> Self {
        let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Self { first, last: spans.last().unwrap_or(first) }
    }

    pub(crate) const fn at(span: Span) -> Self {
        Self { first: span, last: span }
    }

    /// For braces and names of ours, which end an expression.
    pub(crate) fn mixed(self) -> Span {
        Span::mixed_site().located_at(self.last)
    }

    pub(crate) fn ident(self, name: &str) -> Ident {
        Ident::new(name, self.mixed())
    }

    /// The tokens, which resolve as before, shown here.
    pub(crate) fn show(self, tokens: impl ToTokens) -> TokenStream {
        let mut place = self.first;
        let show = |mut token: TokenTree| {
            if let TokenTree::Group(group) = &token {
                let inner = Self::at(self.last).show(group.stream());
                token = TokenTree::Group(Group::new(group.delimiter(), inner));
            }
            token.set_span(token.span().located_at(std::mem::replace(&mut place, self.last)));
            token
        };
        tokens.to_token_stream().into_iter().map(show).collect()
    }
}
