//! `#[derive(Classify)]`: item → marks → plan → impl.

mod attrs;
mod expand;
mod input;
mod keys;
mod marks;
mod plan;

use proc_macro2::TokenStream;
use quote::quote;

use self::{attrs::Asked, input::Item, plan::Plan};
use crate::errors::Errors;

/// The implementation; or all errors, and one that compiles, so that no other error follows.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = Item::parse(item, &mut errors) else { return errors.into_compile_errors() };
    let asked = Asked::read(&item.attrs, &mut errors);
    let krate = asked.krate(&mut errors);
    let plan = Plan::read(&item, &asked, &mut errors);
    let implementation = krate.map(|krate| match plan {
        Some(plan) if errors.is_empty() => expand::implementation(&item, &plan, &krate),
        _ => expand::placeholder(&item, &krate),
    });
    let errors = errors.into_compile_errors();
    quote!(#implementation #errors)
}

#[cfg(test)]
mod tests;
