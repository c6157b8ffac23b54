//! The judgement of one outcome.

use std::{fmt, time::Duration};

use retry_rules::duration::nanos;

use crate::{CircuitOpen, guard::Failure};

/// Whether an outcome is worth another attempt, and when the server wants it.
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::Verdict;
///
/// let verdict = Verdict::THROTTLED.with_server_hint(Duration::from_secs(2));
/// assert!(!verdict.is_permanent());
/// assert_eq!(verdict.server_hint(), Some(Duration::from_secs(2)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub struct Verdict {
    kind: Kind,
    /// Nanoseconds, or [`NO_HINT`]. Sixteen bytes in all travel in registers.
    hint: u64,
}

/// 584 years.
const NO_HINT: u64 = u64::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Transient,
    // Second, so that what a filter says is a verdict without any arithmetic.
    Permanent,
    Throttled,
    TimedOut,
    Refused,
}

impl Verdict {
    /// May well succeed next time.
    pub const TRANSIENT: Self = Self { kind: Kind::Transient, hint: NO_HINT };
    /// The server asked for less; may succeed later.
    pub const THROTTLED: Self = Self { kind: Kind::Throttled, hint: NO_HINT };
    /// Will fail alike however often it is tried.
    pub const PERMANENT: Self = Self { kind: Kind::Permanent, hint: NO_HINT };

    /// Transient, because nothing came in time: a budget may charge it as another failure.
    pub(crate) const TIMED_OUT: Self = Self { kind: Kind::TimedOut, hint: NO_HINT };

    /// Transient, because a circuit breaker did not let it through: nothing was sent. The rest of the time that the
    /// circuit stays open is the hint.
    pub(crate) const fn refused(open: &CircuitOpen) -> Self {
        Self { kind: Kind::Refused, hint: NO_HINT }.with_server_hint(open.retry_after())
    }

    /// Adds the server's word (`Retry-After` and kin) on when to come back: the next wait is at least
    /// this long, and the call ends if that is above the policy's `max_retry_after`. Longer than 584 years
    /// counts as that.
    pub const fn with_server_hint(self, hint: Duration) -> Self {
        let hint = nanos(hint);
        Self { hint: if hint < NO_HINT { hint } else { NO_HINT - 1 }, ..self }
    }

    /// Whether another attempt may help; a throttled one may too. Lets a filter be part of a condition:
    /// `filter = |e| is_transient_io(e).is_transient() || e.is_busy()`.
    #[must_use]
    #[inline]
    pub const fn is_transient(&self) -> bool {
        !self.is_permanent()
    }

    /// Whether another attempt is pointless.
    #[must_use]
    #[inline]
    pub const fn is_permanent(&self) -> bool {
        matches!(self.kind, Kind::Permanent)
    }

    /// Whether the server asked for less.
    #[must_use]
    pub const fn is_throttled(&self) -> bool {
        matches!(self.kind, Kind::Throttled)
    }

    /// When the server wants the next attempt.
    #[must_use]
    pub const fn server_hint(&self) -> Option<Duration> {
        match self.hint {
            NO_HINT => None,
            hint => Some(Duration::from_nanos(hint)),
        }
    }

    /// Another attempt is worth while if either says so. Where both do: throttled if one is, and the longer hint.
    ///
    /// ```
    /// use retry_runtime::{Verdict, is_transient_io, retry};
    /// # #[derive(Debug)] enum ApiError { Io(std::io::Error), Busy }
    /// # impl std::fmt::Display for ApiError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{self:?}") } }
    /// # impl std::error::Error for ApiError {}
    ///
    /// #[retry(filter = |error| is_transient_io(error).or(matches!(error, ApiError::Busy)))]
    /// fn call() -> Result<(), ApiError> {
    ///     Ok(())
    /// }
    ///
    /// assert_eq!(Verdict::PERMANENT.or(true), Verdict::TRANSIENT);
    /// ```
    pub fn or(self, other: impl IntoVerdict) -> Self {
        let other = other.into_verdict();
        match (self.is_permanent(), other.is_permanent()) {
            (true, _) => other,
            (false, true) => self,
            (false, false) => self.merged(other),
        }
    }

    /// Another attempt is worth while only if both say so. Then: throttled if one is, and the longer hint.
    ///
    /// ```
    /// use retry_runtime::Verdict;
    ///
    /// assert_eq!(Verdict::THROTTLED.and(true), Verdict::THROTTLED);
    /// assert_eq!(Verdict::THROTTLED.and(false), Verdict::PERMANENT);
    /// ```
    pub fn and(self, other: impl IntoVerdict) -> Self {
        let other = other.into_verdict();
        if self.is_permanent() || other.is_permanent() { Self::PERMANENT } else { self.merged(other) }
    }

    fn merged(self, other: Self) -> Self {
        let kind =
            if self.is_throttled() || other.is_throttled() { Kind::Throttled } else { Kind::Transient };
        let hint = match (self.hint, other.hint) {
            (NO_HINT, hint) | (hint, NO_HINT) => hint,
            (one, two) => one.max(two),
        };
        Self { kind, hint }
    }

    /// What a retry of it is charged for; nothing where nothing was sent.
    pub(crate) const fn charge(self) -> Option<Failure> {
        match self.kind {
            Kind::Permanent | Kind::Refused => None,
            Kind::Transient => Some(Failure::Transient),
            Kind::Throttled => Some(Failure::Throttled),
            Kind::TimedOut => Some(Failure::TimedOut),
        }
    }

    pub(crate) const fn is_refused(self) -> bool {
        matches!(self.kind, Kind::Refused)
    }

    #[inline]
    pub(crate) const fn has_server_hint(self) -> bool {
        self.hint != NO_HINT
    }

    /// This verdict, with the hint of `other` if it has none of its own.
    pub(crate) const fn or_hint_of(self, other: Self) -> Self {
        match self.hint {
            NO_HINT => Self { hint: other.hint, ..self },
            _ => self,
        }
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdict").field("kind", &self.kind).field("hint", &self.server_hint()).finish()
    }
}

/// What a `filter` may return: `bool`, [`Verdict`], or `Option<Duration>`, where `None` is permanent
/// and `Some` carries the server's hint.
#[diagnostic::on_unimplemented(
    message = "a filter returns `bool`, `Verdict` or `Option<Duration>`, this one returns `{Self}`",
    label = "not a verdict",
    note = "`true` means: worth another attempt"
)]
pub trait IntoVerdict {
    /// The verdict it stands for.
    fn into_verdict(self) -> Verdict;
}

impl IntoVerdict for Verdict {
    #[inline]
    fn into_verdict(self) -> Verdict {
        self
    }
}

impl IntoVerdict for bool {
    #[inline]
    fn into_verdict(self) -> Verdict {
        if self { Verdict::TRANSIENT } else { Verdict::PERMANENT }
    }
}

impl IntoVerdict for Option<Duration> {
    #[inline]
    fn into_verdict(self) -> Verdict {
        self.map_or(Verdict::PERMANENT, |hint| Verdict::TRANSIENT.with_server_hint(hint))
    }
}
