//! `std::io::Error`.

use std::{error::Error, io};

use super::{ErrorChain, IntoVerdict, Verdict, chain};

/// Whether an I/O error, or one among the causes of `error`, may pass: refused, reset, aborted, broken
/// pipe, timed out, interrupted, not connected, would block, end of stream too early, host or network
/// unreachable. An error without an [`io::Error`] in its chain is permanent.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use retry_runtime::is_transient_io;
///
/// assert!(!is_transient_io(&Error::from(ErrorKind::ConnectionReset)).is_permanent());
/// assert!(is_transient_io(&Error::from(ErrorKind::PermissionDenied)).is_permanent());
/// ```
pub fn is_transient_io<E, Marker>(error: &E) -> Verdict
where
    E: ErrorChain<Marker> + ?Sized,
{
    has_transient_io(error.outermost()).into_verdict()
}

/// Whether an I/O error that may pass is among the causes.
pub(super) fn has_transient_io(error: &(dyn Error + 'static)) -> bool {
    chain::causes::<io::Error>(error).any(|error| is_transient_kind(error.kind()))
}

/// The kinds that a later attempt may not meet again.
fn is_transient_kind(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        kind,
        Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::TimedOut
            | Kind::Interrupted
            | Kind::NotConnected
            | Kind::WouldBlock
            | Kind::UnexpectedEof
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Debug)]
    struct Wrapper(io::Error);

    impl std::fmt::Display for Wrapper {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("wrapped")
        }
    }

    impl Error for Wrapper {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn reset() -> io::Error {
        io::ErrorKind::ConnectionReset.into()
    }

    #[test]
    fn any_kind_of_error_is_looked_into() {
        let boxed: Box<dyn Error> = Box::new(Wrapper(reset()));
        let sendable: Box<dyn Error + Send + Sync> = Box::new(reset());
        assert_eq!(is_transient_io(&Wrapper(reset())), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&boxed), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&*boxed), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&sendable), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&anyhow::Error::from(Wrapper(reset()))), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&Box::new(reset())), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&Arc::new(reset())), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&io::Error::other(reset())), Verdict::TRANSIENT);
    }

    #[test]
    fn what_is_no_io_error_is_permanent() {
        assert_eq!(is_transient_io(&std::fmt::Error), Verdict::PERMANENT);
        assert_eq!(is_transient_io(&io::Error::other("full")), Verdict::PERMANENT);
    }
}
