//! The policy and the site as constants, and how the loop refers to them.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::{ends::Ends, local};
use crate::{
    checks::Check,
    plan::Plan,
    policy::{self, Base, Change, Policy, Value},
};

/// The items in front of the loop, and the expressions for `&Site` and `&RetryPolicy`.
pub(super) struct Constants {
    pub(super) items: TokenStream,
    pub(super) site: TokenStream,
    pub(super) policy: TokenStream,
}

pub(super) fn constants(plan: &Plan) -> Constants {
    let krate = &plan.krate;
    let operation = &plan.operation;
    let service = plan.service.as_ref().map_or_else(
        || quote!(::core::option::Option::None),
        |service| quote!(::core::option::Option::Some(#service)),
    );
    let mode = if plan.shape.is_async() { quote!(Async) } else { quote!(Blocking) };
    let site = quote! {
        const __RETRY_SITE: #krate::__private::Site =
            #krate::__private::Site::new(#operation, #service, #krate::__private::Mode::#mode);
    };
    let checks = |draft: &TokenStream| -> Vec<TokenStream> {
        plan.policy.checks.iter().map(|check| call_check(krate, check, draft)).collect()
    };
    let draft = draft(plan);
    if is_generic(plan) {
        // A `const` item cannot name generics; here the first fault ends the evaluation.
        let name = local("draft").into_token_stream();
        let checks = checks(&name);
        let policy = quote!(const { &{ let #name = #draft; #(#checks;)* #name.checked() } });
        return Constants { items: site, site: quote!(&__RETRY_SITE), policy };
    }
    let policy = match &plan.policy {
        Policy { base: path, changes, .. } if changes.is_empty() => base(plan, path),
        Policy { schedule: Some(_), .. } => quote!(#draft.build()),
        Policy { schedule: None, .. } => quote!(__RETRY_DRAFT.checked()),
    };
    let mut items = TokenStream::new();
    if plan.policy.schedule.is_none() && !plan.policy.changes.is_empty() {
        let checks = checks(&quote!(__RETRY_DRAFT));
        items = quote! {
            const __RETRY_DRAFT: #krate::__private::Draft = #draft;
            #(const _: () = #checks;)*
        };
    }
    items.extend(quote! {
        const __RETRY_POLICY: #krate::RetryPolicy = #policy;
        #site
    });
    Constants { items, site: quote!(&__RETRY_SITE), policy: quote!(&__RETRY_POLICY) }
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
    let of = Ends::of(&base).show(quote!(#krate::__private::Draft::of));
    quote!(#of(#base) #(#changes)*)
}

fn base(plan: &Plan, base: &Base) -> TokenStream {
    match base {
        Base::Path(path) => quote!(#path),
        Base::Preset(preset) => {
            let krate = &plan.krate;
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

/// Whether a value names `Self` or a type parameter: a `const` item cannot.
fn is_generic(plan: &Plan) -> bool {
    let generics: Vec<String> = plan
        .function
        .signature
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(param.ident.to_string()),
            syn::GenericParam::Const(param) => Some(param.ident.to_string()),
            syn::GenericParam::Lifetime(_) => None,
        })
        .collect();
    let names = |tokens: TokenStream| policy::names_generics(tokens, &generics);
    let base = match &plan.policy.base {
        Base::Path(path) => names(quote!(#path)),
        Base::Preset(_) => false,
    };
    base || plan.policy.changes.iter().any(|change| match &change.value {
        Value::Known(_) => false,
        Value::Variant(_, variant) => names(variant.clone()),
        Value::Const { expr, .. } => names(quote!(#expr)),
    })
}
