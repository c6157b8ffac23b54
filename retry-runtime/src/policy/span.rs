//! A length of time in half the room.

use std::{fmt, time::Duration};

use retry_rules::duration::nanos;

/// Nanoseconds, where a [`Duration`] takes twice the bytes: calls of closures carry their policy, and copy it. What 64
/// bits cannot hold (584 years) counts as that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(u64);

impl Span {
    pub(super) const fn of(duration: Duration) -> Self {
        Self(nanos(duration))
    }

    pub(super) const fn duration(self) -> Duration {
        Duration::from_nanos(self.0)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.duration().fmt(f)
    }
}
