//! Statuses.

use std::{error::Error, fmt, io, time::Duration};

use http::StatusCode;

#[cfg(feature = "hyper")]
use super::clients;
use super::{
    super::{Classify, ErrorChain, Verdict, chain},
    HttpError,
};

/// The statuses that may pass. Every other is permanent.
const PASSING: [(u16, Verdict); 7] = [
    (408, Verdict::TRANSIENT), // Request Timeout, RFC 9110 §15.5.9: the client may repeat it
    (425, Verdict::TRANSIENT), // Too Early, RFC 8470 §5.2: again, without early data
    (429, Verdict::THROTTLED), // Too Many Requests, RFC 6585 §4
    (500, Verdict::TRANSIENT), // Internal Server Error, RFC 9110 §15.6.1: our choice, not every client's
    (502, Verdict::TRANSIENT), // Bad Gateway, §15.6.3
    (503, Verdict::TRANSIENT), // Service Unavailable, §15.6.4: will likely be alleviated after some delay
    (504, Verdict::TRANSIENT), // Gateway Timeout, §15.6.5
];

/// The verdict on a status, and on when its server wants the next attempt.
pub(super) fn verdict(status: StatusCode, hint: Option<Duration>) -> Verdict {
    let passing = PASSING.iter().find(|(code, _)| *code == status.as_u16());
    match (passing, hint) {
        (None, _) => Verdict::PERMANENT,
        (Some((_, verdict)), None) => *verdict,
        (Some((_, verdict)), Some(hint)) => verdict.with_server_hint(hint),
    }
}

/// The statuses that are counted by themselves: those of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-15.5)
/// and its extensions that are errors.
static NAMED: [StatusCode; 40] = [
    StatusCode::BAD_REQUEST,
    StatusCode::UNAUTHORIZED,
    StatusCode::PAYMENT_REQUIRED,
    StatusCode::FORBIDDEN,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::NOT_ACCEPTABLE,
    StatusCode::PROXY_AUTHENTICATION_REQUIRED,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::CONFLICT,
    StatusCode::GONE,
    StatusCode::LENGTH_REQUIRED,
    StatusCode::PRECONDITION_FAILED,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::URI_TOO_LONG,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::RANGE_NOT_SATISFIABLE,
    StatusCode::EXPECTATION_FAILED,
    StatusCode::IM_A_TEAPOT,
    StatusCode::MISDIRECTED_REQUEST,
    StatusCode::UNPROCESSABLE_ENTITY,
    StatusCode::LOCKED,
    StatusCode::FAILED_DEPENDENCY,
    StatusCode::TOO_EARLY,
    StatusCode::UPGRADE_REQUIRED,
    StatusCode::PRECONDITION_REQUIRED,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::NOT_IMPLEMENTED,
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
    StatusCode::HTTP_VERSION_NOT_SUPPORTED,
    StatusCode::VARIANT_ALSO_NEGOTIATES,
    StatusCode::INSUFFICIENT_STORAGE,
    StatusCode::LOOP_DETECTED,
    StatusCode::NOT_EXTENDED,
    StatusCode::NETWORK_AUTHENTICATION_REQUIRED,
];

/// What an answer with this status is counted as. A server may send any number, so the unknown ones share a word.
pub(super) fn name(status: StatusCode) -> &'static str {
    match NAMED.iter().find(|named| **named == status) {
        Some(named) => named.as_str(),
        None if status.is_client_error() => "4xx",
        None if status.is_server_error() => "5xx",
        None => "status",
    }
}

/// What an HTTP error is counted as: its status, `timeout`, `circuit_open`, `connection` if another attempt may help,
/// else `client`.
pub(crate) fn error_type(error: &(dyn Error + 'static)) -> &'static str {
    let links = || chain::links(error);
    let status = links().find_map(status_of).map(name);
    let otherwise = || if super::is_transient_http(error).is_transient() { "connection" } else { "client" };
    status.or_else(|| links().find_map(name_without)).unwrap_or_else(otherwise)
}

/// What an error is counted as that is no answer, if it says so itself.
fn name_without(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(elapsed) = chain::held::<crate::Elapsed>(error) {
        return Some(elapsed.error_type());
    }
    if let Some(open) = chain::held::<crate::CircuitOpen>(error) {
        return Some(open.error_type());
    }
    #[cfg(feature = "reqwest")]
    if chain::held::<reqwest::Error>(error).is_some_and(reqwest::Error::is_timeout) {
        return Some(crate::elapsed::TIMEOUT);
    }
    let is_timeout =
        chain::held::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
    is_timeout.then_some(crate::elapsed::TIMEOUT)
}

/// The status of an HTTP error, or `None` where no response came or none is among its causes.
///
/// ```
/// use http::StatusCode;
/// use retry_runtime::http_status;
///
/// assert_eq!(http_status(&StatusCode::NOT_FOUND), Some(404));
/// assert_eq!(http_status(&std::fmt::Error), None);
/// ```
pub fn http_status<E, M>(error: &E) -> Option<u16>
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::links(outermost).find_map(status_of)).map(|status| status.as_u16())
}

pub(super) fn status_of(error: &(dyn Error + 'static)) -> Option<StatusCode> {
    if let Some(answer) = chain::held::<Answer>(error) {
        return Some(answer.status);
    }
    if let Some(error) = chain::held::<HttpError>(error) {
        return error.own_status();
    }
    #[cfg(feature = "hyper")]
    if let Some(status) = clients::status(error) {
        return Some(status);
    }
    None
}

/// Marks the implementation for statuses.
#[derive(Debug)]
pub struct Status;

impl ErrorChain<Status> for StatusCode {
    fn look<R>(&self, look: impl FnOnce(&(dyn Error + 'static)) -> R) -> R {
        look(&Answer { status: *self, hint: None })
    }
}

/// The status of a response, as an error to look at.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) hint: Option<Duration>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP status {}", self.status)
    }
}

impl Error for Answer {}

pub(super) fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    chain::held::<Answer>(error).map(|answer| verdict(answer.status, answer.hint))
}
