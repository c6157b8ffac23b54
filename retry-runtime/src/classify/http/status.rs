//! Statuses.

use std::{error::Error, fmt, time::Duration};

use http::StatusCode;

#[cfg(feature = "hyper")]
use super::clients;
use super::{
    super::{ErrorChain, Verdict, chain},
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
