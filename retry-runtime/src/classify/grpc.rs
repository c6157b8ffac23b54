//! gRPC: statuses, what a server says about when to come back, and calls that broke on the way.

use std::{error::Error, time::Duration};

use tonic::{Code, Status, TimeoutExpired};
use tonic_types::StatusExt;

use super::{
    ErrorChain, Verdict,
    chain::{self, Judge},
    io,
};

/// The codes that may pass. Every other is permanent.
///
/// <https://grpc.github.io/grpc/core/md_doc_statuscodes.html>, with its litmus test for the first and the last.
const PASSING: [(Code, Verdict); 4] = [
    (Code::Unavailable, Verdict::TRANSIENT), // "most likely a transient condition": retry just the failing call
    (Code::DeadlineExceeded, Verdict::TRANSIENT), // may have been carried out: our choice
    (Code::ResourceExhausted, Verdict::THROTTLED), // a quota, or the server has too much to do
    (Code::Aborted, Verdict::TRANSIENT), // "retry at a higher level", which the function mostly is: our choice
];

/// What tonic makes of a call that broke on the way, where it finds no better code: then the status has a cause,
/// which none has that came from a server. `Status::from_error` in tonic 0.14, status.rs.
const BROKEN: [Code; 4] = [
    Code::Unavailable, // a connection that did not come about
    Code::Cancelled,   // the client's own timeout; a connection that was closed before the request went out
    Code::Unknown,     // a connection that was reset, or closed too early
    Code::Internal,    // GOAWAY with `NO_ERROR`
];

/// All that a tonic server says of its own timeout: it sends `CANCELLED`, where gRPC has `DEADLINE_EXCEEDED`.
const TIMED_OUT: &str = "Timeout expired";

/// Milliseconds, or a word against any further attempt: gRFC A6, "Pushback".
/// <https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback>
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// What knows gRPC, and what is below it.
pub(super) const JUDGES: &[Judge] = &[judge, judge_transport, io::judge];

const TRANSPORT: &[Judge] = &[judge_transport, io::judge];

/// Whether a gRPC error may pass.
///
/// | verdict | codes | calls that broke on the way |
/// |---|---|---|
/// | throttled | `RESOURCE_EXHAUSTED` | HTTP/2 `ENHANCE_YOUR_CALM` |
/// | transient | `UNAVAILABLE`, `DEADLINE_EXCEEDED`, `ABORTED` | not reached, timed out, reset, closed too early; HTTP/2 `REFUSED_STREAM`, GOAWAY with `NO_ERROR` |
/// | permanent | every other: `CANCELLED` by the caller, `UNKNOWN`, `INTERNAL`, `INVALID_ARGUMENT` … | every other |
///
/// Codes: the [gRPC status codes](https://grpc.github.io/grpc/core/md_doc_statuscodes.html); HTTP/2 codes:
/// RFC 9113 §7. tonic calls a timeout `CANCELLED` and a broken connection `UNKNOWN`, `CANCELLED` or `INTERNAL`:
/// such a status has a cause, and the cause decides. The timeout of a tonic server, `CANCELLED` too, is known by
/// its message.
///
/// **When to come back.** Beside a code that may pass, the delay of a `google.rpc.RetryInfo` among the details and
/// the milliseconds of the metadata `grpc-retry-pushback-ms` are the server's hint; of two, the longer. A pushback
/// that is negative or no number of 32 bits asks for no further attempt
/// ([gRFC A6](https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback)) and makes any status
/// permanent.
///
/// Takes `tonic::Status`, `tonic::transport::Error`, `std::io::Error` and any error that has one of them among its
/// causes. What has none is permanent. It knows tonic 0.14: the errors of another version are of another type, look
/// like any unknown error, and are permanent.
///
/// ```
/// use retry_runtime::is_transient_grpc;
/// use tonic::Status;
///
/// assert!(is_transient_grpc(&Status::unavailable("restarting")).is_transient());
/// assert!(is_transient_grpc(&Status::resource_exhausted("10 requests a second")).is_throttled());
/// assert!(is_transient_grpc(&Status::not_found("no such worker")).is_permanent());
/// ```
///
/// gRPC asks to repeat what was `ABORTED` "at a higher level", from the read of a read-modify-write on. The
/// function with the attribute mostly is that level. Where it is a single step, choose otherwise by the code:
///
/// ```
/// use retry_runtime::{grpc_code, is_transient_grpc, retry};
/// use tonic::{Code, Status};
///
/// #[retry(filter = |error| is_transient_grpc(error).and(grpc_code(error) != Some(Code::Aborted)))]
/// fn write() -> Result<(), Status> {
///     Err(Status::aborted("somebody else was faster"))
/// }
///
/// assert!(write().is_err()); // a single attempt
/// ```
///
/// Some repeat `INTERNAL` and `UNKNOWN` too: `.or(grpc_code(error) == Some(Code::Internal))`.
///
/// Repeat only what is idempotent: a call that timed out or whose connection broke may have been carried out. For
/// others there is [`connect_only`](crate::connect_only).
pub fn is_transient_grpc<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}

/// The code of a gRPC error, or `None` where there is no status among its causes.
///
/// ```
/// use retry_runtime::grpc_code;
/// use tonic::{Code, Status};
///
/// let error = anyhow::Error::from(Status::aborted("too late")).context("while paying");
/// assert_eq!(grpc_code(&error), Some(Code::Aborted));
/// assert_eq!(grpc_code(&std::fmt::Error), None);
/// ```
pub fn grpc_code<E, M>(error: &E) -> Option<Code>
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::links(outermost).find_map(chain::held::<Status>).map(Status::code))
}

fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    chain::held(error).map(verdict)
}

fn verdict(status: &Status) -> Verdict {
    let Ok(pushback) = pushback(status) else { return Verdict::PERMANENT };
    let passing = PASSING.iter().find(|(code, _)| *code == status.code());
    let verdict = match passing {
        // A status with a cause was made here, of a connection that did not come about: the cause tells whether
        // its certificate was not trusted.
        Some((Code::Unavailable, _)) if status.source().is_some() => broken(status),
        Some((_, verdict)) => *verdict,
        None => broken(status),
    };
    let retry_info = status.get_details_retry_info().and_then(|info| info.retry_delay);
    match pushback.max(retry_info) {
        Some(hint) if verdict.is_transient() => verdict.with_server_hint(hint),
        _ => verdict,
    }
}

/// A status that tonic made of something else, for want of a better one.
fn broken(status: &Status) -> Verdict {
    match status.source() {
        Some(cause) if BROKEN.contains(&status.code()) => chain::judged_by(TRANSPORT, cause),
        None if status.code() == Code::Cancelled && status.message() == TIMED_OUT => Verdict::TRANSIENT,
        _ => Verdict::PERMANENT,
    }
}

/// How long the server wants to be left alone, or `Err` for good.
fn pushback(status: &Status) -> Result<Option<Duration>, ()> {
    let mut values = status.metadata().get_all(PUSHBACK).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let millis = value.to_str().ok().and_then(|text| text.parse::<i32>().ok());
            let millis = millis.and_then(|millis| u64::try_from(millis).ok()).ok_or(())?;
            Ok(Some(Duration::from_millis(millis)))
        }
        // As grpc-go's `shouldRetry` does.
        (Some(_), Some(_)) => Err(()),
    }
}

/// What breaks below gRPC. An `io::Error` is among the causes.
fn judge_transport(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if chain::held::<TimeoutExpired>(error).is_some() {
        return Some(Verdict::TRANSIENT);
    }
    if let Some(error) = chain::held::<hyper::Error>(error) {
        // An HTTP/2 ping without an answer; a connection that was closed before the request went out.
        let passes = error.is_timeout() || error.is_canceled() || error.is_closed();
        return passes.then_some(Verdict::TRANSIENT);
    }
    chain::held(error).map(judge_h2)
}

/// `CANCEL` and `INTERNAL_ERROR` are what a server's own fault looks like, and gRPC's `CANCELLED` and `INTERNAL`:
/// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors>.
fn judge_h2(error: &h2::Error) -> Verdict {
    match error.reason() {
        Some(h2::Reason::ENHANCE_YOUR_CALM) => Verdict::THROTTLED,
        Some(h2::Reason::REFUSED_STREAM) => Verdict::TRANSIENT,
        Some(h2::Reason::NO_ERROR) if error.is_go_away() => Verdict::TRANSIENT,
        Some(_) => Verdict::PERMANENT,
        None => error.get_io().map_or(Verdict::PERMANENT, crate::is_transient_io),
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use tonic::metadata::MetadataMap;
    use tonic_types::ErrorDetails;

    use super::*;

    const ALL: [Code; 17] = [
        Code::Ok,
        Code::Cancelled,
        Code::Unknown,
        Code::InvalidArgument,
        Code::DeadlineExceeded,
        Code::NotFound,
        Code::AlreadyExists,
        Code::PermissionDenied,
        Code::ResourceExhausted,
        Code::FailedPrecondition,
        Code::Aborted,
        Code::OutOfRange,
        Code::Unimplemented,
        Code::Internal,
        Code::Unavailable,
        Code::DataLoss,
        Code::Unauthenticated,
    ];

    fn pushed_back(code: Code, values: &[&str]) -> Status {
        let mut metadata = MetadataMap::new();
        for value in values {
            metadata.append(PUSHBACK, value.parse().unwrap());
        }
        Status::with_metadata(code, "busy", metadata)
    }

    fn caused(code: Code, cause: impl Error + Send + Sync + 'static) -> Status {
        let mut status = Status::new(code, "");
        status.set_source(Arc::new(cause));
        status
    }

    #[test]
    fn four_codes_pass() {
        let passing: Vec<_> =
            ALL.into_iter().filter(|&code| verdict(&Status::new(code, "")).is_transient()).collect();
        assert_eq!(
            passing,
            [Code::DeadlineExceeded, Code::ResourceExhausted, Code::Aborted, Code::Unavailable]
        );
    }

    #[test]
    fn a_pushback_is_a_hint_or_the_end() {
        let millis = |millis| Verdict::TRANSIENT.with_server_hint(Duration::from_millis(millis));
        for (values, expected) in [
            (&["0"][..], millis(0)),
            (&["1500"], millis(1_500)),
            (&["2147483647"], millis(2_147_483_647)),
            (&["2147483648"], Verdict::PERMANENT),
            (&["-1"], Verdict::PERMANENT),
            (&["1e400"], Verdict::PERMANENT),
            (&["soon"], Verdict::PERMANENT),
            (&[""], Verdict::PERMANENT),
            (&["5", "5"], Verdict::PERMANENT),
        ] {
            assert_eq!(verdict(&pushed_back(Code::Unavailable, values)), expected, "{values:?}");
        }
        assert_eq!(verdict(&pushed_back(Code::NotFound, &["5"])), Verdict::PERMANENT);
    }

    #[test]
    fn of_two_hints_the_longer_counts() {
        for (pushback, seconds, expected) in [("2000", 3, 3), ("4000", 3, 4)] {
            let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(seconds)));
            let mut status = Status::with_error_details(Code::ResourceExhausted, "quota", details);
            status.metadata_mut().insert(PUSHBACK, pushback.parse().unwrap());
            assert_eq!(verdict(&status), Verdict::THROTTLED.with_server_hint(Duration::from_secs(expected)));
        }
        let garbage = Status::with_details(Code::Unavailable, "", vec![0xff; 9].into());
        assert_eq!(verdict(&garbage), Verdict::TRANSIENT);
    }

    #[test]
    fn a_cause_speaks_only_for_a_status_that_says_nothing() {
        let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
        for code in ALL {
            let expected = BROKEN.contains(&code) || verdict(&Status::new(code, "")).is_transient();
            assert_eq!(verdict(&caused(code, reset())).is_transient(), expected, "{code:?}");
        }
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(verdict(&caused(Code::Unknown, denied)), Verdict::PERMANENT);
    }

    #[test]
    fn a_timeout_is_no_cancellation() {
        assert_eq!(verdict(&Status::cancelled("by the caller")), Verdict::PERMANENT);
        assert_eq!(verdict(&Status::cancelled(TIMED_OUT)), Verdict::TRANSIENT);
        assert_eq!(TimeoutExpired(()).to_string(), TIMED_OUT);
        let status = Status::from_error(Box::new(TimeoutExpired(())));
        assert_eq!((status.code(), verdict(&status)), (Code::Cancelled, Verdict::TRANSIENT));
    }

    #[test]
    fn http_2_codes() {
        for (reason, expected) in [
            (h2::Reason::REFUSED_STREAM, Verdict::TRANSIENT),
            (h2::Reason::ENHANCE_YOUR_CALM, Verdict::THROTTLED),
            (h2::Reason::CANCEL, Verdict::PERMANENT),
            (h2::Reason::INTERNAL_ERROR, Verdict::PERMANENT),
            (h2::Reason::NO_ERROR, Verdict::PERMANENT), // of a single stream
        ] {
            assert_eq!(verdict(&caused(Code::Unknown, h2::Error::from(reason))), expected, "{reason:?}");
        }
    }

    #[test]
    fn a_status_is_found_in_whatever_it_is_wrapped() {
        let aborted = || Status::aborted("too late");
        let boxed: Box<dyn Error> = Box::new(aborted());
        assert_eq!(is_transient_grpc(&boxed), Verdict::TRANSIENT);
        assert_eq!(is_transient_grpc(&Box::new(aborted())), Verdict::TRANSIENT);
        assert_eq!(is_transient_grpc(&anyhow::Error::from(aborted()).context("paying")), Verdict::TRANSIENT);
        assert_eq!(grpc_code(&boxed), Some(Code::Aborted));
    }
}
