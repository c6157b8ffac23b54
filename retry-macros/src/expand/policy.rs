//! The policy and the site as constants, and how the loop refers to them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::{
    plan::Plan,
    policy::{self, Base, Change, Value},
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
    let base = base(plan);
    if is_generic(plan) {
        let changes = plan.policy.changes.iter().map(|change| {
            let value = value(krate, change, |expr, _| checked(krate, change.method, expr));
            call(change, &value)
        });
        let policy = quote!(const { &#krate::__private::check::policy(#base) #(#changes)*.build() });
        return Constants { items: site, site: quote!(&__RETRY_SITE), policy };
    }
    let mut checks = TokenStream::new();
    let mut changes = TokenStream::new();
    for change in &plan.policy.changes {
        let value = value(krate, change, |expr, ty| {
            let name = format_ident!("__RETRY_{}", change.method.to_uppercase());
            let checked = checked(krate, change.method, expr);
            checks.extend(quote_spanned!(at(expr.span())=> const #name: #ty = #checked;));
            quote!(#name)
        });
        changes.extend(call(change, &value));
    }
    let is_preset = matches!(plan.policy.base, Base::Preset(_)) && plan.policy.changes.is_empty();
    let policy =
        if is_preset { base } else { quote!(#krate::__private::check::policy(#base) #changes.build()) };
    let items = quote! {
        #checks
        const __RETRY_POLICY: #krate::RetryPolicy = #policy;
        #site
    };
    Constants { items, site: quote!(&__RETRY_SITE), policy: quote!(&__RETRY_POLICY) }
}

fn base(plan: &Plan) -> TokenStream {
    match &plan.policy.base {
        Base::Path(path) => quote!(#path),
        Base::Preset(preset) => {
            let krate = &plan.krate;
            let name = Ident::new(&preset.name.to_uppercase(), Span::mixed_site());
            quote!(#krate::RetryPolicy::#name)
        }
    }
}

fn call(change: &Change, value: &TokenStream) -> TokenStream {
    let method = Ident::new(change.method, Span::mixed_site());
    quote!(.#method(#value))
}

fn value(
    krate: &TokenStream,
    change: &Change,
    mut constant: impl FnMut(&syn::Expr, &TokenStream) -> TokenStream,
) -> TokenStream {
    match &change.value {
        Value::Known(value) => value.clone(),
        Value::Variant(name, variant) => {
            let name = Ident::new(name, Span::mixed_site());
            quote!(#krate::#name::#variant)
        }
        Value::Const { expr, ty, variant } => {
            let value = constant(expr, ty);
            match variant.map(|variant| Ident::new(variant, Span::mixed_site())) {
                Some(variant) => quote!(#krate::Jitter::#variant(#value)),
                None => value,
            }
        }
    }
}

/// The check of one key, at the value's own place.
fn checked(krate: &TokenStream, method: &str, expr: &syn::Expr) -> TokenStream {
    let check = match method {
        "max_attempts" | "exponential_base" | "jitter" => Ident::new(method, Span::mixed_site()),
        _ => Ident::new("duration", Span::mixed_site()),
    };
    quote_spanned!(at(expr.span())=> #krate::__private::check::#check(#expr))
}

fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
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
