//! Annotated functions in hostile surroundings. It compiles, also under clippy: that is the test; the
//! calls at the end show that the decoys did not change what the functions do.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unused_qualifications, unreachable_pub)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, unused_lifetimes, let_underscore_drop)]
#![deny(clippy::redundant_clone, clippy::needless_pass_by_ref_mut, clippy::future_not_send)]
#![forbid(unsafe_code)]

mod decoys;
#[cfg(feature = "idempotency")]
mod keyed;
mod names;
mod no_prelude;
mod strict;

/// Runs a future; `#[tokio::test]` itself needs a prelude and an unshadowed `tokio`.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}
