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
    /// Beside the fields: `max_elapsed` is that of a deadline.
    const OF_DEADLINE: u16 = 1 << 15;

    /// These, and the others.
    #[cfg(feature = "settings")]
    #[must_use]
    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    #[must_use]
    pub(crate) const fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u8)
    }

    /// `max_elapsed` follows the deadline, as long as nothing else says what it is.
    #[must_use]
    pub(crate) const fn with_elapsed_of_deadline(self) -> Self {
        Self(self.0 | Self::OF_DEADLINE)
    }

    #[cfg_attr(not(feature = "settings"), expect(dead_code, reason = "asked by settings"))]
    pub(crate) const fn has_elapsed_of_deadline(self) -> bool {
        self.0 & Self::OF_DEADLINE != 0
    }

    #[cfg(feature = "settings")]
    pub(crate) const fn count(self) -> u32 {
        self.0.count_ones()
    }

    #[cfg_attr(not(feature = "settings"), expect(dead_code, reason = "asked by settings"))]
    pub(crate) const fn has(self, field: Field) -> bool {
        self.0 & 1 << field as u8 != 0
    }
}
