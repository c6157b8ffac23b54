//! Writes the implementation. Infallible: everything that can be wrong was found before.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Member, parse_quote};

use super::{
    input::{Case, Field, Item, Kind},
    keys::Word,
    plan::{Arm, Judgement, Plan},
};
use crate::expand::{ends::Ends, hooks, local};

/// What fields are bound to. Hygiene does not help in a pattern, where a unit struct or a constant of the
/// same name would be taken for one; so these are names that nobody gives.
const ERROR: &str = "__retry_error";
const HINT: &str = "__retry_hint";

pub(super) fn implementation(item: &Item, plan: &Plan<'_>, krate: &TokenStream) -> TokenStream {
    let arms = plan.arms.iter().map(|arm| judged(item, arm, krate));
    // A reference to an empty enum is not known to be empty.
    let matched = if plan.arms.is_empty() { quote!(*self) } else { quote!(self) };
    let named = named(item, plan, krate, &matched);
    written(item, plan, krate, &quote!(match #matched { #(#arms)* }), named.as_ref())
}

/// One that compiles, whatever is wrong.
pub(super) fn placeholder(item: &Item, krate: &TokenStream) -> TokenStream {
    let nothing = Plan { arms: Vec::new(), judging: Vec::new() };
    written(item, &nothing, krate, &quote!(#krate::Verdict::PERMANENT), None)
}

/// What the error is counted as: a variant's name, or what the error in it says. A struct that wraps none is counted by
/// the name of its type, as every error is.
fn named(item: &Item, plan: &Plan<'_>, krate: &TokenStream, matched: &TokenStream) -> Option<TokenStream> {
    let wraps_one = || plan.arms.iter().any(|arm| matches!(arm.judgement, Judgement::Source(_)));
    if !matches!(item.kind, Kind::Enum(_)) && !wraps_one() {
        return None;
    }
    let arms = plan.arms.iter().map(|arm| {
        if let Judgement::Source(field) = &arm.judgement {
            let pattern = pattern(item, arm.case, Some((field, ERROR)));
            let asked = asked(field, &quote!(#krate::__private::derive::Source));
            let error = local(ERROR);
            return quote!(#[allow(deprecated)] #pattern => #asked::source_error_type(#error),);
        }
        let (pattern, name) = (pattern(item, arm.case, None), arm.case.name.to_string());
        let name = name.trim_start_matches("r#");
        quote!(#pattern => #name,)
    });
    Some(quote!(match #matched { #(#arms)* }))
}

fn written(
    item: &Item,
    plan: &Plan<'_>,
    krate: &TokenStream,
    body: &TokenStream,
    named: Option<&TokenStream>,
) -> TokenStream {
    let mut generics = item.generics.clone();
    let (_, _, own_bounds) = item.generics.split_for_impl();
    for ty in &plan.judging {
        generics.make_where_clause().predicates.push(parse_quote!(#ty: #krate::Classify));
    }
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let name = ours(&item.name);
    let named = named.map(|named| quote!(fn error_type(&self) -> &'static str { #named }));
    quote! {
        #[automatically_derived]
        impl #parameters #krate::__private::Marked for #name #arguments #own_bounds {}

        #[automatically_derived]
        impl #parameters #krate::Classify for #name #arguments #bounds {
            fn classify(&self) -> #krate::Verdict {
                #body
            }

            #named
        }
    }
}

fn judged(item: &Item, arm: &Arm<'_>, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    match &arm.judgement {
        Judgement::Fixed(word) => {
            let (pattern, verdict) = (pattern(item, arm.case, None), verdict(*word, krate));
            quote!(#pattern => #verdict,)
        }
        Judgement::Hinted(word, field) => {
            let (pattern, verdict) = (pattern(item, arm.case, Some((field, HINT))), verdict(*word, krate));
            let hinted = asked(field, &quote!(#private::derive::RetryAfter));
            let hint = local(HINT);
            // The type is the user's: what is deprecated about it was reported at the field.
            quote!(#[allow(deprecated)] #pattern => #hinted::hinted(#hint, #verdict),)
        }
        Judgement::Source(field) => {
            let pattern = pattern(item, arm.case, Some((field, ERROR)));
            let judged = asked(field, &quote!(#private::derive::Source));
            let error = local(ERROR);
            quote!(#[allow(deprecated)] #pattern => #judged::source_verdict(#error),)
        }
        Judgement::Filtered(filter, field) => {
            let pattern = pattern(item, arm.case, Some((field, ERROR)));
            let ends = hooks::ends(filter);
            let answer = hooks::called(krate, filter, &quote!(ask), &ends.show(local(ERROR)));
            let ask = ends.show(quote!(#private::verdict));
            let judged = quote_spanned!(ends.mixed()=> #ask(#answer));
            quote!(#pattern => #judged,)
        }
    }
}

/// `<Type as Trait>`, so that a type that does not implement it is reported at the field's type.
fn asked(field: &Field, bound: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    let ends = Ends::of(ty);
    let bound = ends.show(bound);
    quote_spanned!(ends.mixed()=> <#ty as #bound>)
}

fn verdict(word: Word, krate: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", word.verdict());
    quote!(#krate::Verdict::#name)
}

/// The case, with one field bound. Names keep their places but count as ours, so that one that is deprecated
/// is not reported.
fn pattern(item: &Item, case: &Case, bound: Option<(&Field, &str)>) -> TokenStream {
    let path = match item.kind {
        Kind::Enum(_) => {
            let name = ours(&case.name);
            quote!(Self::#name)
        }
        Kind::Struct(_) | Kind::Union => quote!(Self),
    };
    let Some((field, name)) = bound else { return quote!(#path { .. }) };
    let name = local(name);
    let member = match &field.member {
        Member::Named(name) => ours(name).into_token_stream(),
        Member::Unnamed(index) => index.to_token_stream(),
    };
    quote!(#path { #member: #name, .. })
}

fn ours(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(Span::mixed_site().located_at(name.span()));
    name
}
