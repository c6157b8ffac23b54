//! Writes the function. Infallible: everything that can be wrong was found before.

mod attempt;
mod computed;
mod docs;
pub(crate) mod ends;
mod guard;
pub(crate) mod hooks;
mod idempotency;
mod kept;
mod listed;
mod lost;
pub(crate) mod nested;
mod outcome;
mod policy;
mod shape;
mod span;
mod time;
mod wait;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::{args::Args, errors::Errors, input::Function, keys::Key, plan::Plan, validate};

/// The annotated function, or the function as it was and all errors.
pub(crate) fn retry(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(arguments, &mut errors);
    let plan = Function::parse(item.clone(), &mut errors)
        .and_then(|function| Plan::read(&args, function, &mut errors));
    match plan {
        Some(plan) if errors.is_empty() => expand(&plan),
        _ => {
            let function = unchanged(&args, item);
            let errors = errors.into_compile_errors();
            quote!(#function #errors)
        }
    }
}

fn expand(plan: &Plan) -> TokenStream {
    let mut function = plan.function.clone();
    docs::append(plan, &mut function.attrs);
    function.with_body(&shape::body(plan))
}

/// The function without retries, so that one mistake is one message. A second `#[retry]` would report
/// the same again. A body that relies on a key (`context`, `wrap_error`) would not compile without it.
fn unchanged(args: &Args, item: TokenStream) -> TokenStream {
    let mut ignored = Errors::default();
    let function = Function::parse(item.clone(), &mut ignored);
    ignored.ignore();
    let Some(mut function) = function else { return item };
    function.attrs.retain(|attr| !validate::is_retry(attr.path()));
    let relies = args.get(Key::WrapError).is_some() || args.get(Key::Context).is_some();
    if relies {
        function.attrs.push(syn::parse_quote!(#[allow(unused, clippy::all, clippy::pedantic)]));
        return function.with_body(&quote!(loop {}));
    }
    let body = function.body.stream();
    function.with_body(&body)
}

#[cfg(test)]
mod tests;

/// A label of ours: no label of the user's can clash with it.
pub(crate) fn label(name: &str) -> syn::Lifetime {
    syn::Lifetime::new(name, Span::mixed_site())
}

/// A local of ours: no name of the user's can clash with it.
pub(crate) fn local(name: &str) -> syn::Ident {
    syn::Ident::new(name, Span::mixed_site())
}
