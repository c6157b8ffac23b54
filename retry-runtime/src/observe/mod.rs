//! What observers see: one event type for hooks, logs, metrics and spans.

mod describe;
mod event;
mod figures;
#[cfg(feature = "idempotency")]
pub(crate) mod idempotency;
#[cfg(any(feature = "inventory", feature = "settings"))]
mod inventory;
mod last_shown;
pub(crate) mod log;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "nested")]
pub(crate) mod nested;
mod span;
#[cfg(not(feature = "nested"))]
pub(crate) mod unnested;

pub(crate) use describe::LONGEST_CHAIN;
pub use describe::{Described, Show, Shown};
pub use event::{Event, Told};
pub use figures::Figures;
pub(crate) use figures::{ARE_KEPT, ARE_TIMED};
#[cfg(any(feature = "inventory", feature = "settings"))]
pub use inventory::{AnnotatedFunction, BreakerState, BudgetBalance, Listed, inventory};
#[cfg(feature = "inventory")]
pub use inventory::{OperationStatistics, statistics};
pub(crate) use last_shown::LastShown;
pub use span::{CallSpan, IsOn, Spans, Tracing};

use crate::site::Site;

/// Whether anyone listens to failures. If not, no event is made of them.
#[inline]
pub(crate) fn is_heard() -> bool {
    ARE_KEPT || log::is_enabled()
}

/// Whether anyone who listens wants to know the time. If not, no clock is read for them.
pub(crate) fn is_timed() -> bool {
    ARE_TIMED || log::is_enabled()
}

/// Something happened to a call: tells who listens.
pub(crate) fn tell(site: &Site, event: &Event<'_, Described<'_>>) {
    tell_within(None, site, event);
}

/// The same of a call that may have spans.
pub(crate) fn tell_within(spans: Option<Spans<'_>>, site: &Site, event: &Event<'_, Described<'_>>) {
    figures::note(site, event);
    if spans.is_some() || log::is_enabled() {
        show(spans, event);
    }
}

/// In log and spans. One function for both, so that a call with neither need not lay the event out in memory.
#[cold]
#[inline(never)]
fn show(spans: Option<Spans<'_>>, event: &Event<'_, Described<'_>>) {
    if log::is_enabled() {
        log::tell(event);
    }
    if let Some(spans) = spans {
        spans.tell(event);
    }
}

/// A call succeeded at once, after as many nanoseconds as `elapsed` says: it is counted, and that is all.
#[inline]
pub(crate) fn count_success(site: &Site, elapsed: impl FnOnce() -> i64) {
    figures::count_success(site, elapsed);
}

/// A call begins.
#[inline]
pub(crate) fn begin(site: &Site) {
    #[cfg(feature = "nested")]
    nested::begin(site);
    let _ = site;
}
