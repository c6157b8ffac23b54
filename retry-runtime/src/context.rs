//! What an attempt may know about itself.

use std::time::Duration;

/// The attempt that is running: what `context = cx` binds inside the body, what
/// [`Attempts::next`](crate::Attempts::next) returns and what `before_retry` is given.
///
/// ```
/// use retry_runtime::retry;
///
/// #[retry(max_attempts = 3, initial_delay = "0s", context = cx)]
/// fn replica() -> Result<u32, &'static str> {
///     if cx.is_last() { Ok(cx.attempt()) } else { Err("try the next replica") }
/// }
///
/// assert_eq!(replica(), Ok(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    pub(crate) operation: &'a str,
    pub(crate) attempt: u32,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) previous_delay: Option<Duration>,
    pub(crate) elapsed: Duration,
    #[cfg(feature = "idempotency")]
    pub(crate) idempotency_key: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// The operation's name in logs and metrics.
    #[must_use]
    pub const fn operation(&self) -> &'a str {
        self.operation
    }

    /// The call's idempotency key, as text; `None` without the key `idempotency_key` of the attribute. For a service that
    /// takes one itself, as in the header `Idempotency-Key`.
    #[must_use]
    pub const fn idempotency_key(&self) -> Option<&'a str> {
        #[cfg(feature = "idempotency")]
        return self.idempotency_key;
        #[cfg(not(feature = "idempotency"))]
        return None;
    }

    /// With the call's idempotency key.
    #[cfg(feature = "idempotency")]
    #[doc(hidden)]
    #[must_use]
    pub const fn with_idempotency_key<'b>(self, key: &'b str) -> Context<'b>
    where
        'a: 'b,
    {
        Context { idempotency_key: Some(key), ..self }
    }

    /// The number of this attempt, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How many attempts may follow this one; `None` if only time limits them.
    #[must_use]
    pub const fn attempts_left(&self) -> Option<u32> {
        match self.max_attempts {
            Some(attempts) => Some(attempts.saturating_sub(self.attempt)),
            None => None,
        }
    }

    /// Whether no attempt can follow this one.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self.attempts_left(), Some(0))
    }

    /// The wait before this attempt; `None` for the first. Above 60 seconds, or with jitter, rounded down by
    /// less than one part in thirty million.
    #[must_use]
    pub const fn previous_delay(&self) -> Option<Duration> {
        self.previous_delay
    }

    /// The time from the call's start to the start of this attempt. In the loop form it counts from
    /// the first failure unless the policy has a `max_elapsed`.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
