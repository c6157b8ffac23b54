//! The function as written: its signature parsed, its body kept as raw tokens, so that half-typed code
//! keeps its completions in an IDE and no time is spent on it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Signature, Token, Visibility,
    parse::{ParseStream, Parser},
};

use crate::errors::Errors;

/// A function with a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    /// `pub`, `default`: all that stands before the signature.
    pub(crate) prefix: TokenStream,
    pub(crate) signature: Signature,
    /// `#![..]` at the start of the body.
    inner_attrs: TokenStream,
    /// The braces and what is between them.
    pub(crate) body: Group,
}

impl Function {
    /// Reads the function, or says why it is none.
    pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Option<Self> {
        let parsed = (|input: ParseStream<'_>| parse(input)).parse2(item.clone());
        match parsed {
            Ok(Parsed::Function(function)) => Some(*function),
            Ok(Parsed::NoBody(signature)) => {
                errors.at(
                    &signature.ident,
                    "a function without a body cannot be retried: annotate the implementations, or give it a default body",
                );
                None
            }
            // Never let it pass in silence: the function would not be retried.
            Err(error) if is_function(&item) => {
                errors.push(syn::Error::new(
                    error.span(),
                    format!("`#[retry]` cannot read this function: {error}"),
                ));
                None
            }
            Err(_) => {
                let start = item.into_iter().find(|token| !is_attribute_token(token));
                errors.at(
                    start,
                    "`#[retry]` goes on a function: for a block of code use `RetryPolicy::attempts`",
                );
                None
            }
        }
    }

    /// The function with another body.
    pub(crate) fn with_body(&self, body: &TokenStream) -> TokenStream {
        let Self { attrs, prefix, signature, inner_attrs, body: braces } = self;
        let mut block = Group::new(Delimiter::Brace, quote!(#inner_attrs #body));
        block.set_span(braces.span());
        quote!(#(#attrs)* #prefix #signature #block)
    }

    /// Whether a text in the body captures `self`: `"{self}"`.
    pub(crate) fn captures_self(&self) -> bool {
        captures(&self.body.stream())
    }

    /// Whether the body begins as one that this attribute wrote.
    pub(crate) fn is_retried(&self) -> bool {
        let mut tokens = self.body.stream().into_iter();
        let starts = |token: Option<TokenTree>, word: &str| matches!(token, Some(TokenTree::Ident(ident)) if ident.to_string().starts_with(word));
        let first = tokens.next();
        (starts(first.clone(), "static") || starts(first, "const")) && starts(tokens.next(), "__RETRY_")
    }

    /// Whether `name` occurs in the body: as a word, or perhaps inside a format string.
    pub(crate) fn mentions(&self, name: &syn::Ident) -> bool {
        mentions(&self.body.stream(), &name.to_string())
    }
}

enum Parsed {
    Function(Box<Function>),
    NoBody(Box<Signature>),
}

fn parse(input: ParseStream<'_>) -> syn::Result<Parsed> {
    let attrs = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    let mut prefix = visibility.into_token_stream();
    if input.peek(syn::Ident) && input.fork().parse::<syn::Ident>().is_ok_and(|word| word == "default") {
        input.parse::<syn::Ident>()?.to_tokens(&mut prefix);
    }
    let signature: Signature = input.parse()?;
    if input.peek(Token![;]) {
        let _: TokenStream = input.parse()?;
        return Ok(Parsed::NoBody(Box::new(signature)));
    }
    let (inner_attrs, body) = split_inner_attrs(&parse_body(input)?);
    Ok(Parsed::Function(Box::new(Function { attrs, prefix, signature, inner_attrs, body })))
}

/// Inner attributes may stand at the start of a function's body only.
fn split_inner_attrs(body: &Group) -> (TokenStream, Group) {
    let mut tokens = body.stream().into_iter();
    let mut inner = TokenStream::new();
    loop {
        let mut ahead = tokens.clone();
        match (ahead.next(), ahead.next(), ahead.next()) {
            (Some(TokenTree::Punct(a)), Some(TokenTree::Punct(b)), Some(TokenTree::Group(attribute)))
                if a.as_char() == '#'
                    && b.as_char() == '!'
                    && attribute.delimiter() == Delimiter::Bracket =>
            {
                inner.extend([TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Group(attribute)]);
                tokens = ahead;
            }
            _ => break,
        }
    }
    let mut rest = Group::new(Delimiter::Brace, tokens.collect());
    rest.set_span(body.span());
    (inner, rest)
}

/// The braces, also inside the invisible group that a `macro_rules!` fragment brings.
fn parse_body(input: ParseStream<'_>) -> syn::Result<Group> {
    let mut token: TokenTree = input.parse()?;
    while let TokenTree::Group(group) = token {
        match group.delimiter() {
            Delimiter::Brace => return Ok(group),
            Delimiter::None => match only_token(group.stream()) {
                Some(inner) => token = inner,
                None => break,
            },
            _ => break,
        }
    }
    Err(input.error("expected a body in braces"))
}

fn only_token(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter();
    tokens.next().filter(|_| tokens.next().is_none())
}

fn is_function(item: &TokenStream) -> bool {
    let mut words = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words.find(|word| !matches!(word.as_str(), "pub" | "default" | "const" | "async" | "unsafe" | "extern"))
        == Some("fn".to_owned())
}

fn is_attribute_token(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    }
}

fn mentions(tokens: &TokenStream, name: &str) -> bool {
    let captured = format!("{{{}", name.trim_start_matches("r#"));
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(literal) => literal.to_string().contains(&captured),
        TokenTree::Punct(_) => false,
    })
}

fn captures(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => captures(&group.stream()),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            text.contains("{self}") || text.contains("{self:")
        }
        _ => false,
    })
}
