//! What provably never reached the server.

use std::{error::Error, io::ErrorKind};

use super::{
    Classify, ErrorChain, Verdict,
    chain::{self, Judge},
};
use crate::CircuitOpen;

const JUDGES: &[Judge] = &[
    #[cfg(feature = "hyper")]
    super::http::judge_connect,
    judge_io,
];

/// Whether an error may pass and its request provably never reached the server: no connection came about, or
/// HTTP/2 says `REFUSED_STREAM`, which RFC 9113 §8.7 allows only before the request is looked at. For what must not
/// be carried out twice, such as a POST without an idempotency key.
///
/// | verdict | errors |
/// |---|---|
/// | transient | connection refused; an open circuit ([`CircuitOpen`](crate::CircuitOpen)); with the features `hyper` and `reqwest` also: not resolved, not reached, no tunnel through a proxy, timed out while connecting (`connect_timeout`); HTTP/2 `REFUSED_STREAM` |
/// | permanent | every other: timed out, reset, cut short, any status |
///
/// **The request is the one whose error this is.** A function that makes two, and fails in the second, repeats the
/// first. So does a client that follows redirects: a POST that was carried out, and answered with a redirect to a host
/// that is down, looks like one that never left. Build the client with
/// `.redirect(reqwest::redirect::Policy::none())`.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use retry_runtime::connect_only;
///
/// assert!(connect_only(&Error::from(ErrorKind::ConnectionRefused)).is_transient());
/// assert!(connect_only(&Error::from(ErrorKind::ConnectionReset)).is_permanent());
/// ```
pub fn connect_only<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}

fn judge_io(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(verdict) = judge_open(error) {
        return Some(verdict);
    }
    let error: &std::io::Error = chain::held(error)?;
    if let Some(verdict) = error.get_ref().and_then(|error| judge_open(error)) {
        return Some(verdict);
    }
    (error.kind() == ErrorKind::ConnectionRefused).then_some(Verdict::TRANSIENT)
}

/// A circuit breaker refused the attempt: nothing was sent.
fn judge_open(error: &(dyn Error + 'static)) -> Option<Verdict> {
    chain::held::<CircuitOpen>(error).map(Classify::classify)
}
