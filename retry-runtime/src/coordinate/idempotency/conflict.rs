//! The error of a call whose idempotency key was not given to it.

use std::{error::Error, fmt, io};

use crate::{Classify, Verdict};

/// Why a call did not get its idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConflictReason {
    /// Another call with the same key was still running when there was no time left to wait for it.
    Running,
    /// An earlier call with the same key succeeded, but what it returned was not kept: it was too large, or could not be
    /// written.
    ResultNotKept,
    /// The coordinator did not answer, and it was [told to refuse](crate::coordinate) calls then.
    Unreachable,
}

impl ConflictReason {
    /// What happened, and what to do.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => {
                "did not run: another call with the same idempotency key is still running: try again later"
            }
            Self::ResultNotKept => {
                "did not run: an earlier call with the same idempotency key succeeded, but its result was not kept: \
                 look up what it did, or raise the limit on results"
            }
            Self::Unreachable => {
                "did not run: the coordinator that gives out idempotency keys does not answer: try again later"
            }
        }
    }
}

/// A call with an `idempotency_key` ended without running: nothing is known to have been done by it.
///
/// The key itself is not part of it: it may be a secret, and errors are shown.
///
/// Transient but for [`ResultNotKept`](ConflictReason::ResultNotKept): a later call may be given the result. As an
/// [`io::Error`] it is of the kind [`ResourceBusy`](io::ErrorKind::ResourceBusy), and holds this error.
///
/// ```
/// use retry_runtime::{ConflictReason, IdempotencyConflict};
///
/// #[derive(Debug)]
/// enum PaymentError {
///     Declined,
///     InProgress,
/// }
///
/// impl From<IdempotencyConflict> for PaymentError {
///     fn from(conflict: IdempotencyConflict) -> Self {
///         Self::InProgress
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyConflict {
    operation: &'static str,
    reason: ConflictReason,
}

impl IdempotencyConflict {
    pub(super) const fn new(operation: &'static str, reason: ConflictReason) -> Self {
        Self { operation, reason }
    }

    /// The operation's name.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// Why the call did not run.
    #[must_use]
    pub const fn reason(&self) -> ConflictReason {
        self.reason
    }
}

impl fmt::Display for IdempotencyConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.operation, self.reason.as_str())
    }
}

impl Error for IdempotencyConflict {}

impl Classify for IdempotencyConflict {
    fn classify(&self) -> Verdict {
        match self.reason {
            ConflictReason::Running | ConflictReason::Unreachable => Verdict::TRANSIENT,
            ConflictReason::ResultNotKept => Verdict::PERMANENT,
        }
    }

    fn error_type(&self) -> &'static str {
        IDEMPOTENCY_CONFLICT
    }
}

/// What it is counted as.
const IDEMPOTENCY_CONFLICT: &str = "idempotency_conflict";

impl From<IdempotencyConflict> for io::Error {
    fn from(conflict: IdempotencyConflict) -> Self {
        Self::new(io::ErrorKind::ResourceBusy, conflict)
    }
}
