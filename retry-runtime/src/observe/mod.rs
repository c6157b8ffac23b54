//! What observers see: one event type for hooks and logs.

mod describe;
mod event;
pub(crate) mod log;

pub(crate) use describe::LONGEST_CHAIN;
pub use describe::{Described, Show, Shown};
pub use event::Event;
