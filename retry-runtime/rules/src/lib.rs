//! The rules of a retry policy, in one place for its two front ends: the attribute checks literals
//! with them while it expands, the runtime checks everything else, in const evaluation or at run time.
//!
//! An implementation detail of `retry-runtime`; use that crate.
//!
//! [`presets`] holds the figures, [`Schedule`] the maths of waiting, [`Fault`] what can be wrong with
//! a policy and how to say so, [`duration`] the syntax of `"1.5s"`, [`names`] what to say of one that is not known.
#![forbid(unsafe_code)]

pub mod duration;
mod fault;
mod growth;
pub mod names;
pub mod presets;
mod schedule;
mod text;

pub use fault::Fault;
pub use presets::{PRESETS, Preset};
pub use schedule::{Backoff, CustomBackoff, Jitter, Schedule};
pub use text::Text;

/// The most attempts a policy may ask for.
///
/// One attempt a second for eleven days; whoever wants more wants `unlimited` and a time limit.
pub const MAX_ATTEMPTS: u32 = 1_000_000;

/// The most slots a policy may spread retries over.
///
/// A quarter of an hour in slots of 100 ms; a coordinator looks at each of them.
pub const MAX_SLOTS: u32 = 10_000;

/// The narrowest slot: below it the way to a coordinator takes longer than the slot.
pub const MIN_SLOT_WIDTH: core::time::Duration = core::time::Duration::from_millis(1);

/// The shortest time for which a coordinator remembers an idempotency key: servers expire keys by the second.
pub const MIN_IDEMPOTENCY_TTL: core::time::Duration = core::time::Duration::from_secs(1);

/// The longest name of a policy, in bytes.
pub const MAX_NAME: usize = 64;

/// `Schedule::max_attempts` of a policy without a limit on attempts.
pub const UNLIMITED: u32 = u32::MAX;

/// The longest server hint that is honoured unless a policy says otherwise (DESIGN.md, contract).
pub const DEFAULT_MAX_RETRY_AFTER: core::time::Duration = core::time::Duration::from_secs(60);
