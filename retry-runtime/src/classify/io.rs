//! `std::io::Error`.

use std::{
    error::Error,
    fmt::{self, Write as _},
    io::{self, ErrorKind},
};

use super::{Classify, ErrorChain, Verdict, chain};
use crate::{CircuitOpen, Elapsed};

/// The kinds that a later attempt may not meet again.
const TRANSIENT: [ErrorKind; 12] = [
    ErrorKind::BrokenPipe,
    ErrorKind::ConnectionAborted,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::Interrupted,
    ErrorKind::NetworkDown,
    ErrorKind::NetworkUnreachable,
    ErrorKind::NotConnected,
    ErrorKind::TimedOut,
    ErrorKind::UnexpectedEof,
    ErrorKind::WouldBlock,
];

/// How the standard library begins the message of a name that could not be resolved; it gives it no kind.
const NOT_RESOLVED: &str = "failed to lookup address information";

/// Whether an I/O error may pass.
///
/// | verdict | kinds |
/// |---|---|
/// | transient | refused, reset, aborted, broken pipe, timed out, interrupted, not connected, would block, end of stream too early, host or network unreachable, network down, a name that could not be resolved |
/// | permanent | every other: not found, permission denied, invalid data, address in use … |
///
/// Takes [`std::io::Error`] and any error with one among its causes; the outermost of a known kind decides.
/// [`Elapsed`](crate::Elapsed) and [`CircuitOpen`](crate::CircuitOpen), with its hint, are known to all filters and
/// transient. An error without any is permanent.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use retry_runtime::is_transient_io;
///
/// assert!(is_transient_io(&Error::from(ErrorKind::ConnectionReset)).is_transient());
/// assert!(is_transient_io(&Error::from(ErrorKind::PermissionDenied)).is_permanent());
/// ```
pub fn is_transient_io<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(&[judge], outermost))
}

/// What the kind of an `io::Error` says. One that only carries another error leaves it to that. The errors of this
/// crate's own limits, which say when to come back, are known wherever I/O errors are.
pub(super) fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(verdict) = judge_own(error) {
        return Some(verdict);
    }
    let error: &io::Error = chain::held(error)?;
    if let Some(verdict) = error.get_ref().and_then(|error| judge_own(error)) {
        return Some(verdict);
    }
    if TRANSIENT.contains(&error.kind()) || is_shown_as(error, NOT_RESOLVED) {
        return Some(Verdict::TRANSIENT);
    }
    if error.get_ref().is_some() { None } else { Some(Verdict::PERMANENT) }
}

/// A nested call was refused by its circuit breaker, or its time was over.
fn judge_own(error: &(dyn Error + 'static)) -> Option<Verdict> {
    let open = chain::held::<CircuitOpen>(error).map(Classify::classify);
    open.or_else(|| chain::held::<Elapsed>(error).map(Classify::classify))
}

/// Whether the message begins like this. No more of it is formatted.
fn is_shown_as(error: &io::Error, start: &'static str) -> bool {
    struct Rest(&'static str);

    impl fmt::Write for Rest {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let shorter = text.len().min(self.0.len());
            if !self.0.as_bytes().starts_with(&text.as_bytes()[..shorter]) {
                return Err(fmt::Error);
            }
            self.0 = &self.0[shorter..];
            if self.0.is_empty() { Err(fmt::Error) } else { Ok(()) }
        }
    }

    let mut rest = Rest(start);
    // An error once all is known.
    let _ = write!(rest, "{error}");
    rest.0.is_empty()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Debug)]
    struct Wrapper(io::Error);

    impl fmt::Display for Wrapper {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }

    impl Error for Wrapper {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn reset() -> io::Error {
        ErrorKind::ConnectionReset.into()
    }

    #[test]
    fn any_kind_of_error_is_looked_into() {
        let boxed: Box<dyn Error> = Box::new(Wrapper(reset()));
        let sendable: Box<dyn Error + Send + Sync> = Box::new(reset());
        assert_eq!(is_transient_io(&Wrapper(reset())), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&boxed), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&*boxed), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&sendable), Verdict::TRANSIENT);
        let only_send: Box<dyn Error + Send> = Box::new(reset());
        assert_eq!(is_transient_io(&only_send), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&*only_send), Verdict::TRANSIENT);
        let only_sync: Box<dyn Error + Sync> = Box::new(reset());
        assert_eq!(is_transient_io(&only_sync), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&*only_sync), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&*sendable), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&anyhow::Error::from(Wrapper(reset()))), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&Box::new(reset())), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&Arc::new(reset())), Verdict::TRANSIENT);
        let shared: Arc<dyn Error + Send + Sync> = Arc::new(reset());
        assert_eq!(is_transient_io(&shared), Verdict::TRANSIENT);
        let shared: Arc<dyn Error> = Arc::new(Wrapper(reset()));
        assert_eq!(is_transient_io(&shared), Verdict::TRANSIENT);
        assert_eq!(is_transient_io(&io::Error::other(reset())), Verdict::TRANSIENT);
    }

    #[test]
    fn a_name_that_could_not_be_resolved_is_transient() {
        use std::net::ToSocketAddrs;

        let error = ("no-such-host.invalid", 80).to_socket_addrs().unwrap_err();
        assert_eq!(is_transient_io(&error), Verdict::TRANSIENT, "{error:?}");
    }

    #[test]
    fn a_chain_that_leads_back_to_itself_ends() {
        #[derive(Debug)]
        struct Own;

        impl fmt::Display for Own {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("caused by itself")
            }
        }

        impl Error for Own {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        assert_eq!(is_transient_io(&Own), Verdict::PERMANENT);
    }

    #[test]
    fn the_errors_of_limits_are_known_wherever_they_are() {
        let elapsed = Elapsed::attempt(std::time::Duration::from_secs(5));
        assert_eq!(is_transient_io(&elapsed), elapsed.classify());
        assert_eq!(is_transient_io(&io::Error::from(elapsed)), elapsed.classify());
        assert_eq!(is_transient_io(&Wrapper(elapsed.into())), elapsed.classify());
        assert_eq!(is_transient_io(&Arc::new(elapsed)), elapsed.classify());
        assert_eq!(crate::connect_only(&elapsed), Verdict::PERMANENT);
    }

    #[test]
    fn what_is_no_io_error_is_permanent() {
        assert_eq!(is_transient_io(&fmt::Error), Verdict::PERMANENT);
        assert_eq!(is_transient_io(&io::Error::other("full")), Verdict::PERMANENT);
    }
}
