//! HTTP: what `reqwest` reports.

use std::{error::Error, io};

use super::{ErrorChain, IntoVerdict, Verdict, chain, io::has_transient_io};

/// Statuses that may pass: 408 Request Timeout, 425 Too Early, 500 Internal Server Error, 502 Bad
/// Gateway, 503 Service Unavailable, 504 Gateway Timeout (RFC 9110 §15; 425: RFC 8470 §5.2). 429 Too
/// Many Requests (RFC 6585 §4) is throttled.
const TRANSIENT_STATUSES: [u16; 6] = [408, 425, 500, 502, 503, 504];

/// Whether an HTTP error may pass: connect failures, timeouts, resets, a body that was cut short, and
/// the statuses 408, 425, 429, 500, 502, 503, 504. Never: a request that cannot be built, a redirect
/// loop, a body that cannot be decoded, a certificate that is not trusted, any other status.
///
/// Takes `reqwest::Error`, `std::io::Error`, and any error that has one of them among its causes. What
/// has neither is permanent. A status becomes an error through `Response::error_for_status`.
///
/// Repeat only what is idempotent: a POST that timed out may have been carried out.
pub fn is_transient_http<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    let outermost = error.outermost();
    match chain::causes::<reqwest::Error>(outermost).next() {
        Some(error) => judge(error),
        None => has_transient_io(outermost).into_verdict(),
    }
}

fn judge(error: &reqwest::Error) -> Verdict {
    match error.status().map(|status| status.as_u16()) {
        Some(429) => return Verdict::THROTTLED,
        Some(status) if TRANSIENT_STATUSES.contains(&status) => return Verdict::TRANSIENT,
        Some(_) => return Verdict::PERMANENT,
        None => {}
    }
    let hopeless = error.is_builder() || error.is_redirect();
    let lost = error.is_timeout() || was_cut_short(error) || (error.is_connect() && !is_distrusted(error));
    (!hopeless && lost).into_verdict()
}

/// The connection ended before the message did.
fn was_cut_short(error: &(dyn Error + 'static)) -> bool {
    chain::causes::<hyper::Error>(error)
        .any(|error| error.is_incomplete_message() || error.is_canceled() || error.is_closed())
        || has_transient_io(error)
}

/// The TLS layers report a certificate they refuse as invalid data.
fn is_distrusted(error: &(dyn Error + 'static)) -> bool {
    chain::causes::<io::Error>(error).any(|error| error.kind() == io::ErrorKind::InvalidData)
}
