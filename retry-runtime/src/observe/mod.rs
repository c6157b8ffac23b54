//! What observers see: one event type for hooks and logs.

mod describe;
mod event;
pub(crate) mod log;

pub use describe::{Described, ShowBoxed, ShowDisplay, ShowError, ShowName, Shown};
pub use event::Event;
