#![doc = include_str!("../docs/crate.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backoff;
mod call;
mod classify;
mod clock;
mod context;
mod delay;
mod driver;
mod error;
mod observe;
mod policy;
mod retry;
mod rng;
mod site;
mod sleep;

#[doc(hidden)]
pub mod __private;

pub use call::{Attempts, Call};
#[cfg(feature = "reqwest")]
pub use classify::is_transient_http;
pub use classify::{Classify, ErrorChain, IntoVerdict, Verdict, is_transient_io};
pub use context::Context;
pub use error::{RetryError, StopReason};
pub use observe::Event;
pub use policy::{Delays, RetryPolicy};
pub use retry_macros::retry;
pub use retry_rules::{Backoff, CustomBackoff, Jitter};
