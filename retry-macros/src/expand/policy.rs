//! The policy and the site as items, and how the loop refers to them.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::{ends::Ends, listed, local};
use crate::{
    checks::Check,
    plan::Plan,
    policy::{Base, Change, Policy, Value},
};

/// The items in front of the loop, and the expression for `&Site`.
pub(super) struct Constants {
    pub(super) items: TokenStream,
    pub(super) site: TokenStream,
}

pub(super) fn constants(plan: &Plan) -> Constants {
    let krate = &plan.krate;
    let checks = |draft: &TokenStream| -> Vec<TokenStream> {
        plan.policy.checks.iter().map(|check| call_check(krate, check, draft)).collect()
    };
    if is_generic(plan) {
        // An item cannot name generics; here the first fault ends the evaluation.
        let (name, draft) = (local("draft").into_token_stream(), draft(plan));
        let checks = checks(&name);
        let site = own_site(plan, &name);
        // The sign by which a second attribute knows the first.
        let mut items = quote!(
            const __RETRY_GENERIC: () = ();
        );
        // Instances that have names of their own are counted by these.
        let figures = figures(krate).filter(|_| !is_named_by_generics(plan));
        let counted = figures.as_ref().map(|_| quote!(.counted_by(|| &__RETRY_FIGURES)));
        let site = quote!(const { &{ let #name = #draft; #(#checks;)* #site #counted } });
        items.extend(listed::generic(plan, figures.is_some()));
        items.extend(figures);
        return Constants::of(plan, items, site);
    }
    let (mut items, policy) = match &plan.policy {
        Policy { base: Base::Path(path), changes, .. } if changes.is_empty() => {
            // Declared, so that a path to something else is told so.
            let name = Ends::of(path).ident("__RETRY_POLICY");
            let of = quote!(#krate::__private::Draft::of(#name));
            (quote!(const #name: #krate::RetryPolicy = #path;), of)
        }
        Policy { changes, .. } if changes.is_empty() => (TokenStream::new(), draft(plan)),
        Policy { schedule: Some(_), .. } => {
            let draft = draft(plan);
            (TokenStream::new(), quote!(#draft.settled()))
        }
        Policy { schedule: None, .. } => {
            let (draft, checks) = (draft(plan), checks(&quote!(__RETRY_DRAFT)));
            let items = quote! {
                const __RETRY_DRAFT: #krate::__private::Draft = #draft;
                #(const _: () = #checks;)*
            };
            (items, quote!(__RETRY_DRAFT))
        }
    };
    let site = own_site(plan, &policy);
    let figures = figures(krate);
    let counted = counted(figures.is_some());
    items.extend(figures);
    items.extend(quote!(static __RETRY_SITE: #krate::__private::Site = #site #counted;));
    items.extend(listed::function(plan));
    Constants::of(plan, items, quote!(&__RETRY_SITE))
}

impl Constants {
    /// A policy that each call computes has a site of its own, from the function's.
    fn of(plan: &Plan, mut items: TokenStream, site: TokenStream) -> Self {
        if !plan.policy.is_computed() {
            return Self { items, site };
        }
        let (krate, computed) = (&plan.krate, local("computed"));
        items.extend(quote!(let mut #computed = #krate::__private::Computed::at(#site);));
        Self { items, site: quote!(#computed.site()) }
    }
}

/// The place for what is counted of the function.
fn figures(krate: &TokenStream) -> Option<TokenStream> {
    cfg!(feature = "figures").then(
        || quote!(static __RETRY_FIGURES: #krate::__private::Figures = #krate::__private::Figures::new();),
    )
}

/// How a `static` site is told of it.
pub(super) fn counted(has_figures: bool) -> Option<TokenStream> {
    has_figures.then(|| quote!(.counted_in(&__RETRY_FIGURES)))
}

fn own_site(plan: &Plan, policy: &TokenStream) -> TokenStream {
    site(plan, &plan.operation, plan.service.as_ref(), policy)
}

/// `Site::tokio("fetch", policy)`.
pub(super) fn site(
    plan: &Plan,
    operation: &TokenStream,
    service: Option<&TokenStream>,
    policy: &TokenStream,
) -> TokenStream {
    let krate = &plan.krate;
    let mode = match (plan.shape.is_async(), &plan.sleep) {
        (false, _) => quote!(blocking),
        (true, Some(_)) => quote!(asynchronous),
        (true, None) => quote!(tokio),
    };
    let service = service.map(|service| quote!(.with_service(#service)));
    let fixed = (!plan.is_configurable).then(|| quote!(.fixed()));
    let computed = plan.policy.is_computed().then(|| quote!(.computed()));
    quote!(#krate::__private::Site::#mode(#operation, #policy) #service #fixed #computed)
}

/// `Draft::of(base).max_attempts(5)`: the policy before it is checked.
fn draft(plan: &Plan) -> TokenStream {
    let krate = &plan.krate;
    let base = base(plan, &plan.policy.base);
    let changes = plan.policy.changes.iter().map(|change| {
        let method = Ends::at(change.key).ident(change.method);
        let value = value(krate, change);
        quote!(.#method(#value))
    });
    let of = quote!(#krate::__private::Draft::of);
    // A path that is no policy is told so; of ours nothing is wrong but where the crate is said to be.
    let of = if matches!(plan.policy.base, Base::Path(_)) { Ends::of(&base).show(of) } else { of };
    quote!(#of(#base) #(#changes)*)
}

fn base(plan: &Plan, base: &Base) -> TokenStream {
    let krate = &plan.krate;
    match base {
        Base::Path(path) => quote!(#path),
        // It only holds the place.
        Base::Computed(_) => quote!(#krate::RetryPolicy::DEFAULT),
        Base::Preset(preset) => {
            let name = Ident::new(&preset.name.to_uppercase(), Span::mixed_site());
            quote!(#krate::RetryPolicy::#name)
        }
    }
}

fn value(krate: &TokenStream, change: &Change) -> TokenStream {
    match &change.value {
        Value::Known(value) => value.clone(),
        Value::Variant(name, variant) => {
            let name = Ident::new(name, Span::mixed_site());
            let path = Ends::at(change.key).show(quote!(#krate::#name));
            quote!(#path::#variant)
        }
        Value::Const { expr, variant: None } => quote!(#expr),
        Value::Const { expr, variant: Some(variant) } => {
            let variant = Ends::at(change.key).ident(variant);
            let path = Ends::at(change.key).show(quote!(#krate::Jitter));
            quote!(#path::#variant(#expr))
        }
    }
}

/// The call of a check, with the very spans of the value it checks: const evaluation reports its fault
/// there.
fn call_check(krate: &TokenStream, check: &Check, draft: &TokenStream) -> TokenStream {
    let (first, last) = check.place;
    let name = Ident::new(check.name, first);
    let path: TokenStream = quote!(#krate::__private::check::#name)
        .into_iter()
        .map(|mut token| {
            token.set_span(first);
            token
        })
        .collect();
    let mut argument = Group::new(Delimiter::Parenthesis, quote!(&#draft));
    argument.set_span(last);
    quote!(#path #argument)
}

/// Whether a value names `Self` or a type parameter: an item cannot.
fn is_generic(plan: &Plan) -> bool {
    let generics = generics_of(plan);
    let names = |tokens: TokenStream| names_generics(tokens, &generics);
    let base = match &plan.policy.base {
        Base::Path(path) => names(quote!(#path)),
        Base::Preset(_) | Base::Computed(_) => false,
    };
    base || is_named_by_generics(plan)
        || plan.policy.changes.iter().any(|change| match &change.value {
            Value::Known(_) => false,
            Value::Variant(_, variant) => names(variant.clone()),
            Value::Const { expr, .. } => names(quote!(#expr)),
        })
}

/// Whether a name of the operation or the service does.
fn is_named_by_generics(plan: &Plan) -> bool {
    let generics = generics_of(plan);
    let mut names = [Some(&plan.operation), plan.service.as_ref()].into_iter().flatten();
    names.any(|name| names_generics(name.clone(), &generics))
}

/// The names of the function's own type and const parameters.
pub(super) fn generics_of(plan: &Plan) -> Vec<String> {
    let params = plan.function.signature.generics.params.iter();
    params
        .filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(param.ident.to_string()),
            syn::GenericParam::Const(param) => Some(param.ident.to_string()),
            syn::GenericParam::Lifetime(_) => None,
        })
        .collect()
}

/// Whether the tokens name `Self` or one of `generics`: a `const` item cannot, an inline `const` can.
pub(super) fn names_generics(tokens: TokenStream, generics: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "Self" || generics.iter().any(|name| word == name),
        TokenTree::Group(group) => names_generics(group.stream(), generics),
        _ => false,
    })
}
