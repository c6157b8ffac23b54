//! `#[derive(Classify)]`: what each mark judges, and that it compiles wherever the type does, under clippy too.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unused_qualifications, unreachable_pub)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, unused_lifetimes, let_underscore_drop)]
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "fields and variants that only make a shape")]

mod decoys;
mod error_types;
mod generics;
mod marks;
mod names;
mod no_prelude;
mod retried;
mod strict;
mod wrapped;
