//! The figures of a policy by name: which of them were written in an attribute.

/// A figure that code and settings may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[cfg_attr(not(feature = "settings"), expect(dead_code, reason = "what no policy has, settings may set"))]
pub(crate) enum Field {
    MaxAttempts,
    InitialDelay,
    MaxDelay,
    Backoff,
    ExponentialBase,
    Jitter,
    MaxElapsed,
    MaxRetryAfter,
    MaxTotalDelay,
    SlotCount,
    SlotWidth,
    Coordinated,
    IdempotencyTtl,
    AttemptTimeout,
    Deadline,
}

/// Some of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(u16);

impl Fields {
    pub(crate) const NONE: Self = Self(0);

    #[must_use]
    pub(crate) const fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u8)
    }

    #[cfg_attr(not(feature = "settings"), expect(dead_code, reason = "asked by settings"))]
    pub(crate) const fn has(self, field: Field) -> bool {
        self.0 & 1 << field as u8 != 0
    }
}
