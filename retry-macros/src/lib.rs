#![doc = include_str!("../docs/crate.md")]
#![forbid(unsafe_code)]

mod args;
mod arguments;
mod checks;
mod classify;
mod computed;
mod coordination;
mod errors;
mod expand;
mod guard;
mod idempotency;
mod input;
mod keys;
mod place;
mod plan;
mod policy;
mod returns;
mod shape;
mod span;
mod this;
mod time;
mod validate;

#[doc = include_str!("../docs/classify.md")]
#[proc_macro_derive(Classify, attributes(transient, throttled, permanent, classify))]
pub fn classify(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    classify::derive(item.into()).into()
}

#[doc = include_str!("../docs/retry.md")]
#[proc_macro_attribute]
pub fn retry(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::retry(arguments.into(), item.into()).into()
}
