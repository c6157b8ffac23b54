//! `self` under another name: in an attempt that works on a clone of it, and where `async_trait` moved it.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// Replaces the word `self` in an attempt that works on a clone of it: `let self` cannot be written.
/// Functions inside the body have a `self` of their own.
pub(crate) fn rename_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut renamed = TokenStream::new();
    let mut own_function = false;
    for (i, token) in tokens.iter().enumerate() {
        let is_path = matches!(tokens.get(i + 1..i + 3), Some([TokenTree::Punct(a), TokenTree::Punct(b)])
            if a.as_char() == ':' && a.spacing() == Spacing::Joint && b.as_char() == ':');
        renamed.extend([match token {
            TokenTree::Ident(word) if word == "self" && !is_path => {
                TokenTree::Ident(Ident::new(&name.to_string(), name.span().located_at(word.span())))
            }
            TokenTree::Group(group) => {
                let parameters = group.delimiter() == Delimiter::Parenthesis && follows_fn(&tokens[..i]);
                own_function |= parameters && mentions_self(group.stream());
                let keeps = own_function;
                own_function &= group.delimiter() != Delimiter::Brace;
                if keeps { token.clone() } else { regroup(group, name) }
            }
            other => other.clone(),
        }]);
    }
    renamed
}

fn regroup(group: &Group, name: &Ident) -> TokenTree {
    let mut renamed = Group::new(group.delimiter(), rename_self(group.stream(), name));
    renamed.set_span(group.span());
    TokenTree::Group(renamed)
}

fn follows_fn(before: &[TokenTree]) -> bool {
    before
        .iter()
        .rev()
        .take(24)
        .take_while(|token| !matches!(token, TokenTree::Group(_)))
        .any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "self"))
}
