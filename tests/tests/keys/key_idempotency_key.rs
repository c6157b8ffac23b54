//! `idempotency_key`: a function that runs to success once for each key. Here the keys are those of one process, and
//! nothing is installed: what a Redis adds is in `tests/idempotency`.

#[cfg(feature = "idempotency")]
mod beside;
#[cfg(feature = "idempotency")]
mod kinds;
#[cfg(feature = "idempotency")]
mod once;
#[cfg(feature = "idempotency")]
mod shapes;
#[cfg(feature = "idempotency")]
mod told;
#[cfg(feature = "idempotency")]
mod values;
#[cfg(feature = "idempotency")]
mod waiting;

use retry_runtime::retry;

#[cfg(feature = "idempotency")]
pub(crate) use self::error::Error;

/// Makes the call's first attempt, as far as it comes.
#[cfg(feature = "idempotency")]
pub(crate) fn begin(call: std::pin::Pin<&mut impl Future>) {
    use std::task::{Context, Waker};

    assert!(call.poll(&mut Context::from_waker(Waker::noop())).is_pending(), "it is over");
}

#[retry(context = cx)]
fn keyless() -> Result<bool, String> {
    Ok(cx.idempotency_key().is_none())
}

/// Without the feature `idempotency` the attribute refuses the key (`compile_fail/without_coordinate`), and with it too
/// there are functions without one.
#[test]
fn a_function_without_it_has_no_key_to_read() {
    assert_eq!(keyless(), Ok(true));
}

#[cfg(feature = "idempotency")]
mod error {
    use std::rc::Rc;

    use retry_runtime::{ConflictReason, Elapsed, IdempotencyConflict};
    use retry_tests::Failure;

    /// Says why a call did not run. It is `!Send`, as any error may be.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) enum Error {
        Failed(Rc<u32>),
        Conflict(ConflictReason),
        TimedOut,
        Open,
    }

    impl Error {
        pub(crate) fn failed(attempt: u32) -> Self {
            Self::Failed(Rc::new(attempt))
        }
    }

    impl From<Failure> for Error {
        fn from(failure: Failure) -> Self {
            Self::failed(failure.0)
        }
    }

    impl From<IdempotencyConflict> for Error {
        fn from(conflict: IdempotencyConflict) -> Self {
            Self::Conflict(conflict.reason())
        }
    }

    impl From<Elapsed> for Error {
        fn from(_: Elapsed) -> Self {
            Self::TimedOut
        }
    }

    impl From<retry_runtime::CircuitOpen> for Error {
        fn from(_: retry_runtime::CircuitOpen) -> Self {
            Self::Open
        }
    }

    impl std::fmt::Display for Error {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{self:?}")
        }
    }

    impl std::error::Error for Error {}
}
