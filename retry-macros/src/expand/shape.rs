//! The loop in the place that the function's shape asks for.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::{attempt::Turn, local, policy, time};
use crate::{plan::Plan, returns, shape::Kind, this::rename_self};

/// The new body of the function, without its braces.
pub(super) fn body(plan: &Plan) -> TokenStream {
    let constants = policy::constants(plan);
    let awaited = if plan.shape.is_async() { quote!(.await) } else { TokenStream::new() };
    let turn = Turn { plan, constants: &constants, awaited };
    let items = &constants.items;
    let contents = match plan.shape.kind {
        Kind::Blocking => blocking(plan, &turn),
        Kind::Async => awaited_block(plan, &turn),
        Kind::Bare => bare(plan, &turn),
        Kind::BuildsFuture { boxed } => built_future(plan, &turn, boxed),
    };
    let body = plan.shape.place.fill(&plan.function.body, contents);
    let limits = time::items(plan);
    quote!(#items #limits #body)
}

fn blocking(plan: &Plan, turn: &Turn<'_>) -> TokenStream {
    let (body, returned) = (own_body(plan, &plan.shape.place.block), turn.body_type());
    let attempt = turn.nested_blocking(quote!((|| -> #returned #body)()));
    let repeat = turn.repeat(&turn.enter_attempt(), &attempt);
    // Moved, so that clippy does not ask to take by reference what only clones are made of.
    let moved = plan.arguments.cloned.iter().map(|cloned| &cloned.name);
    quote!(#(let #moved = #moved;)* #repeat)
}

fn awaited_block(plan: &Plan, turn: &Turn<'_>) -> TokenStream {
    let body = own_body(plan, &nested(&plan.shape.place.block));
    let fixed = fix_type(plan, &turn.body_type());
    let attempt = turn.await_attempt(&quote!(async { #fixed #body }));
    let repeat = turn.repeat(&TokenStream::new(), &attempt);
    let prelude = &plan.shape.prelude;
    quote!(#(#prelude)* #repeat)
}

/// The awaits of the body in the loop itself.
fn bare(plan: &Plan, turn: &Turn<'_>) -> TokenStream {
    let body = own_body(plan, &nested(&plan.shape.place.block));
    let repeat = turn.repeat(&TokenStream::new(), &body);
    let prelude = &plan.shape.prelude;
    quote!(#(#prelude)* #repeat)
}

fn built_future(plan: &Plan, turn: &Turn<'_>, boxed: bool) -> TokenStream {
    let body = own_body(plan, &plan.function.body);
    let outcome = turn.body_type();
    let (future, build) = (local("future"), turn.build());
    let returned = boxed.then(|| boxed_type(plan, &outcome));
    let made = turn.nested_blocking(quote!(#build::<#outcome, _, _>(|| #returned #body)));
    let setup = quote!(let #future = #made;);
    let repeat = turn.repeat(&setup, &turn.await_attempt(&quote!(#future)));
    let block = quote!(async move { #repeat });
    if boxed { quote!(::std::boxed::Box::pin(#block)) } else { block }
}

/// `-> Pin<Box<dyn Future>>` for the user's body, so that several futures of different types become one.
fn boxed_type(plan: &Plan, outcome: &TokenStream) -> Option<TokenStream> {
    let output = &plan.function.signature.output;
    if !plan.wrap_error {
        return returns::erased(output);
    }
    let send = returns::is_sendable_future(output).then(|| quote!(+ ::core::marker::Send));
    Some(quote! {
        -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = #outcome> #send + '_>>
    })
}

/// Fixes the type of an attempt's block. The arguments named in it are borrowed uniquely, which keeps the future
/// `Send`; but for one that lends its circuit breaker meanwhile.
fn fix_type(plan: &Plan, returned: &TokenStream) -> TokenStream {
    let is_free = |name: &&Ident| {
        !plan.guards.circuit_breaker.as_ref().is_some_and(|breaker| names(breaker.clone(), name))
    };
    let owned = plan.arguments.owned.iter().filter(is_free).map(|name| quote!(let _ = &mut #name;));
    let this = plan.arguments.cloned_self.map(|_| local("this")).map(|this| quote!(let _ = &mut #this;));
    let reborrowed =
        plan.arguments.reborrowed.iter().filter(is_free).map(|name| quote!(let _ = &mut *#name;));
    never_returned(returned, &quote!(#(#owned)* #this #(#reborrowed)*))
}

/// A return that is never taken: it tells the compiler what `?` and `return` in the block convert to.
pub(super) fn never_returned(returned: &TokenStream, before: &TokenStream) -> TokenStream {
    let outcome = local("outcome");
    quote! {
        if let ::core::option::Option::Some(#outcome) = ::core::option::Option::None::<#returned> {
            #before
            return #outcome;
        }
    }
}

/// Whether the tokens name an argument.
pub(super) fn names(tokens: TokenStream, argument: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *argument,
        TokenTree::Group(group) => names(group.stream(), argument),
        _ => false,
    })
}

/// The body as a block within a block of ours: braces that are not the user's, so that no lint asks to
/// remove them.
fn nested(body: &Group) -> Group {
    let mut block = Group::new(Delimiter::Brace, body.stream());
    block.set_span(Span::mixed_site().located_at(body.span()));
    block
}

/// The user's body, its braces included. With `clone(self)` its `self` is the clone.
fn own_body(plan: &Plan, body: &Group) -> TokenStream {
    if plan.arguments.cloned_self.is_none() {
        return body.to_token_stream();
    }
    rename_self(body.to_token_stream(), &local("this"))
}
