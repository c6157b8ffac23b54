//! What the return type says: whether it is a future, what an attempt gives, and what cannot be.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    AngleBracketedGenericArguments, FnArg, GenericArgument, Lifetime, Path, PathArguments, ReceiverKind,
    ReturnType, Signature, Type, TypeParamBound,
};

use crate::errors::Errors;

/// What a function returns.
pub(crate) enum Returned<'a> {
    /// An attempt's outcome.
    Outcome(&'a Type),
    /// `impl Future<Output = outcome>`.
    ImplFuture(&'a Type),
    /// `Pin<Box<dyn Future<Output = outcome>>>`.
    BoxedFuture(&'a Type),
}

impl<'a> Returned<'a> {
    pub(crate) fn of(ty: &'a Type) -> Self {
        match ungrouped(ty) {
            Type::ImplTrait(future) => {
                future_output(&future.bounds).map_or(Self::Outcome(ty), Self::ImplFuture)
            }
            Type::Path(path) => boxed_output(&path.path).map_or(Self::Outcome(ty), Self::BoxedFuture),
            _ => Self::Outcome(ty),
        }
    }

    /// What an attempt gives.
    pub(crate) const fn outcome(&self) -> &'a Type {
        let (Self::Outcome(ty) | Self::ImplFuture(ty) | Self::BoxedFuture(ty)) = self;
        ty
    }
}

/// The type without the invisible groups that `macro_rules!` fragments bring.
pub(crate) fn ungrouped(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            other => return other,
        };
    }
}

/// `Output` among bounds that include `Future`.
fn future_output<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> Option<&'a Type> {
    bounds.into_iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let future = bound.path.segments.last().filter(|segment| segment.ident == "Future")?;
        arguments(&future.arguments)?.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        })
    })
}

/// The outcome of `Pin<Box<dyn Future<Output = ..>>>`, or of `BoxFuture<'_, ..>` and `LocalBoxFuture`.
fn boxed_output(path: &Path) -> Option<&Type> {
    let last = path.segments.last()?;
    let inner = arguments(&last.arguments)?.args.iter().rev().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ungrouped(ty)),
        _ => None,
    })?;
    match last.ident.to_string().as_str() {
        "Pin" | "Box" => match inner {
            Type::Path(inner) => boxed_output(&inner.path),
            Type::TraitObject(future) => future_output(&future.bounds),
            _ => None,
        },
        "BoxFuture" | "LocalBoxFuture" => Some(inner),
        _ => None,
    }
}

pub(crate) fn arguments(arguments: &PathArguments) -> Option<&AngleBracketedGenericArguments> {
    match arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments),
        _ => None,
    }
}

/// Refuses what is certainly no `Result`; the compiler judges the rest, such as an alias.
pub(crate) fn check_outcome(ty: &Type, errors: &mut Errors) -> Option<()> {
    const VALUE: &str = "\nto retry on a value, return it in `Ok` and judge it with `filter_ok`";
    const FUTURE: &str =
        "\nwrite `async fn`, or return `impl Future<Output = Result<..>>` or `Pin<Box<dyn Future<..>>>`";
    let (what, fix) = match ungrouped(ty) {
        Type::ImplTrait(_) => ("an `impl Trait` that is no future of one".to_owned(), ""),
        Type::Tuple(tuple) if tuple.elems.is_empty() => ("nothing".to_owned(), ""),
        Type::Never(_) => ("never".to_owned(), ""),
        Type::Tuple(_) => ("a tuple".to_owned(), VALUE),
        Type::Array(_) | Type::Slice(_) => ("an array".to_owned(), VALUE),
        Type::Reference(_) | Type::Ptr(_) => ("a reference".to_owned(), VALUE),
        Type::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string();
            match name.as_str() {
                "Pin" | "Ready" => (format!("a `{name}`"), FUTURE),
                _ if name.ends_with("Future") => (format!("a `{name}`"), FUTURE),
                _ if NO_RESULTS.contains(&name.as_str()) => (format!("a value of type `{name}`"), VALUE),
                _ => return Some(()),
            }
        }
        _ => return Some(()),
    };
    errors
        .at(ty, format!("`#[retry]` needs a function that returns a `Result`, this one returns {what}{fix}"));
    None
}

/// Types that nobody takes for a `Result`.
const NO_RESULTS: [&str; 22] = [
    "Arc", "Box", "Duration", "Option", "Rc", "String", "Vec", "bool", "char", "f32", "f64", "i128", "i16",
    "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8",
];

/// Whether the type is called a `Result`, so that nothing but the compiler needs to check it.
pub(crate) fn is_called_result(ty: &Type) -> bool {
    matches!(ungrouped(ty), Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "Result"))
}

/// The type as it can be written inside a body: `impl Trait` becomes `_`.
pub(crate) fn inferred(ty: &Type) -> TokenStream {
    with_impl_as(ty, &quote!(_))
}

/// The type with `()` for `impl Trait`: for asking what does not depend on it.
pub(crate) fn concrete(ty: &Type) -> TokenStream {
    with_impl_as(ty, &quote!(()))
}

/// Whether the type has an `impl Trait` in it.
pub(crate) fn has_impl(ty: &Type) -> bool {
    inferred(ty).to_string() != ty.to_token_stream().to_string()
}

fn with_impl_as(ty: &Type, stand_in: &TokenStream) -> TokenStream {
    let mut ty = ty.clone();
    replace_impl(&mut ty, stand_in);
    ty.into_token_stream()
}

fn replace_impl(ty: &mut Type, stand_in: &TokenStream) {
    match ty {
        Type::ImplTrait(_) => *ty = Type::Verbatim(stand_in.clone()),
        Type::Array(array) => replace_impl(&mut array.elem, stand_in),
        Type::Group(group) => replace_impl(&mut group.elem, stand_in),
        Type::Paren(paren) => replace_impl(&mut paren.elem, stand_in),
        Type::Ptr(pointer) => replace_impl(&mut pointer.elem, stand_in),
        Type::Reference(reference) => replace_impl(&mut reference.elem, stand_in),
        Type::Slice(slice) => replace_impl(&mut slice.elem, stand_in),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| replace_impl(ty, stand_in)),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            replace_impl(ty, stand_in);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}

/// Whether a boxed future is declared as `Send`.
pub(crate) fn is_sendable_future(output: &ReturnType) -> bool {
    fn names_send(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(word) => word == "Send" || word == "BoxFuture",
            TokenTree::Group(group) => names_send(group.stream()),
            _ => false,
        })
    }
    names_send(output.to_token_stream())
}

/// `-> Type` with every lifetime left to inference.
pub(crate) fn erased(output: &ReturnType) -> Option<TokenStream> {
    matches!(output, ReturnType::Type(..)).then(|| erase(output.to_token_stream()))
}

fn erase(tokens: TokenStream) -> TokenStream {
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| {
            let is_name = std::mem::take(&mut after_quote);
            match token {
                TokenTree::Ident(name) if is_name => TokenTree::Ident(Ident::new("_", name.span())),
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    after_quote = true;
                    TokenTree::Punct(punct)
                }
                TokenTree::Group(group) => {
                    let mut erased = proc_macro2::Group::new(group.delimiter(), erase(group.stream()));
                    erased.set_span(group.span());
                    TokenTree::Group(erased)
                }
                other => other,
            }
        })
        .collect()
}

/// Refuses what Rust makes impossible: a borrow out of a `&mut` argument cannot be handed out by one
/// attempt and taken again by the next.
pub(crate) fn check_borrows(signature: &Signature, errors: &mut Errors) {
    let ReturnType::Type(_, returned) = &signature.output else { return };
    // A future may hold the borrow: its attempts take turns inside it. What it gives may not.
    let returned = Returned::of(returned).outcome();
    let returned_lifetimes = Lifetimes::of(returned.to_token_stream());
    let by_receiver = signature.receiver().is_some_and(|receiver| {
        matches!(receiver.kind, ReceiverKind::Reference(..) | ReceiverKind::Typed(..))
    });
    let places = Lifetimes::of(signature.inputs.to_token_stream());
    let tied =
        signature.inputs.iter().filter_map(mutable_borrow).any(|(lifetime, is_receiver)| match lifetime {
            Some(lifetime) if lifetime.ident != "_" => returned_lifetimes.named.contains(&lifetime.ident),
            // Elided lifetimes are those of the receiver, else of the only borrow there is.
            _ => returned_lifetimes.elided > 0 && (is_receiver || (!by_receiver && places.count() == 1)),
        });
    if tied {
        errors.at(
            returned,
            "an attempt cannot hand out a borrow of a `&mut` argument that the next attempt needs again: return an \
             owned value, or retry in one function and borrow in another",
        );
    }
}

/// The lifetime of an argument that is `&mut`, and whether it is the receiver.
fn mutable_borrow(argument: &FnArg) -> Option<(Option<&Lifetime>, bool)> {
    match argument {
        FnArg::Receiver(receiver) => match &receiver.kind {
            ReceiverKind::Reference(_, lifetime, Some(_)) => Some((lifetime.as_ref(), true)),
            ReceiverKind::Typed(_, ty) => match ungrouped(ty) {
                Type::Reference(reference) if is_mutable(reference) => {
                    Some((reference.lifetime.as_ref(), true))
                }
                _ => None,
            },
            _ => None,
        },
        FnArg::Typed(argument) => match ungrouped(&argument.ty) {
            Type::Reference(reference) if is_mutable(reference) => Some((reference.lifetime.as_ref(), false)),
            _ => None,
        },
    }
}

pub(crate) fn is_mutable(reference: &syn::TypeReference) -> bool {
    reference.mutability.is_some()
}

/// The lifetimes that a type names or elides.
#[derive(Default)]
struct Lifetimes {
    named: Vec<Ident>,
    elided: usize,
}

impl Lifetimes {
    fn of(tokens: TokenStream) -> Self {
        let mut lifetimes = Self::default();
        lifetimes.collect(tokens);
        lifetimes
    }

    fn count(&self) -> usize {
        self.named.len() + self.elided
    }

    fn collect(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut after_word = false;
        while let Some(token) = tokens.next() {
            let is_word = matches!(token, TokenTree::Ident(_));
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '&' => {
                    let named =
                        matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                    self.elided += usize::from(!named);
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => match tokens.next() {
                    Some(TokenTree::Ident(name)) if name == "_" => self.elided += 1,
                    Some(TokenTree::Ident(name)) if name == "static" => {}
                    Some(TokenTree::Ident(name)) => self.named.push(name),
                    _ => {}
                },
                // `Fn(&T)` has lifetimes of its own; `(A, &B)` is a tuple.
                TokenTree::Group(group) if !(after_word && group.delimiter() == Delimiter::Parenthesis) => {
                    self.collect(group.stream());
                }
                _ => {}
            }
            after_word = is_word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(signature: &str) -> bool {
        let mut errors = Errors::default();
        check_borrows(&syn::parse_str(signature).expect(signature), &mut errors);
        !errors.into_messages().is_empty()
    }

    #[test]
    fn borrows_out_of_mutable_arguments_are_refused() {
        for signature in [
            "fn f(&mut self) -> Result<&mut T, E>",
            "fn f(&mut self, key: &str) -> Result<&T, E>",
            "fn f(&mut self) -> Result<Guard<'_>, E>",
            "fn f<'a>(map: &'a mut Map, key: &str) -> Result<&'a T, E>",
            "fn f(map: &mut Map) -> Result<&T, E>",
            "fn f(self: &mut Self) -> Result<&T, E>",
            "fn f(&mut self) -> BoxFuture<'_, Result<&T, E>>",
        ] {
            assert!(refused(signature), "{signature}");
        }
    }

    #[test]
    fn other_borrows_are_not() {
        for signature in [
            "fn f(&self, buffer: &mut Vec<u8>) -> Result<&T, E>",
            "fn f<'a>(&mut self, key: &'a str) -> Result<&'a str, E>",
            "fn f(&mut self) -> Result<T, E>",
            "fn f(&mut self) -> Result<Box<dyn Fn(&str) -> u8>, E>",
            "fn f(&mut self) -> Result<&'static str, E>",
            "fn f(a: &'static mut u8) -> Result<&'static str, E>",
            "fn f(&mut self) -> BoxFuture<'_, Result<T, E>>",
            "fn f(x: &mut u32) -> impl Future<Output = Result<T, E>> + '_",
            "fn f<'a>(x: &'a mut u32) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>",
        ] {
            assert!(!refused(signature), "{signature}");
        }
    }

    #[test]
    fn futures_are_told_from_outcomes() {
        let kind = |ty: &str| match Returned::of(&syn::parse_str(ty).expect(ty)) {
            Returned::Outcome(_) => "outcome",
            Returned::ImplFuture(_) => "impl",
            Returned::BoxedFuture(_) => "boxed",
        };
        assert_eq!(kind("io::Result<u8>"), "outcome");
        assert_eq!(kind("impl Future<Output = Result<(), E>> + Send + 'a"), "impl");
        assert_eq!(kind("impl std::future::Future<Output = R>"), "impl");
        assert_eq!(kind("Pin<Box<dyn Future<Output = R> + Send + '_>>"), "boxed");
        assert_eq!(kind("futures::future::BoxFuture<'a, R>"), "boxed");
        assert_eq!(kind("Pin<Box<dyn Stream<Item = R>>>"), "outcome");
    }
}
