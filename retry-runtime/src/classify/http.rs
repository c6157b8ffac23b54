//! HTTP: what `reqwest` reports.

use std::{error::Error, io};

use super::{ErrorChain, IntoVerdict, Verdict, chain, io::has_transient_io};

/// Statuses that may pass: 408 Request Timeout, 425 Too Early, 500 Internal Server Error, 502 Bad
/// Gateway, 503 Service Unavailable, 504 Gateway Timeout (RFC 9110 §15; 425: RFC 8470 §5.2). 429 Too
/// Many Requests (RFC 6585 §4) is throttled.
const TRANSIENT_STATUSES: [u16; 6] = [408, 425, 500, 502, 503, 504];

/// Whether an HTTP error may pass: a host that cannot be resolved or reached, timeouts, resets, a
/// message that was cut short, and the statuses 408, 425, 429, 500, 502, 503, 504. Never: a request that
/// cannot be built, a redirect loop, a body that cannot be decoded, an answer that is no HTTP, a
/// certificate that is not trusted, any other status.
///
/// Takes `reqwest::Error`, `std::io::Error`, and any error that has one of them among its causes. What
/// has neither is permanent. A status becomes an error through `Response::error_for_status`.
///
/// It knows the errors of reqwest 0.13. Those of another version are of another type: they look like any
/// unknown error, and are permanent.
///
/// ```
/// use retry_runtime::{is_transient_http, retry};
///
/// #[retry(http, filter = is_transient_http)]
/// async fn fetch(url: &str) -> Result<String, reqwest::Error> {
///     reqwest::get(url).await?.error_for_status()?.text().await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(fetch("no url").await.unwrap_err().is_builder()); // permanent: a single attempt
/// # }
/// ```
///
/// A variant that thiserror makes `transparent` is not seen: it shows the causes of the error it holds,
/// not that error. Give it a message of its own, or write `filter = |error| ..`.
///
/// Repeat only what is idempotent: a POST that timed out may have been carried out.
pub fn is_transient_http<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    let outermost = error.outermost();
    match chain::causes::<reqwest::Error>(outermost).next() {
        Some(error) => judge(error),
        None => was_cut_short(outermost).into_verdict(),
    }
}

fn judge(error: &reqwest::Error) -> Verdict {
    match error.status().map(|status| status.as_u16()) {
        Some(429) => return Verdict::THROTTLED,
        Some(status) if TRANSIENT_STATUSES.contains(&status) => return Verdict::TRANSIENT,
        Some(_) => return Verdict::PERMANENT,
        None => {}
    }
    (error.is_timeout() || was_cut_short(error) || was_out_of_reach(error)).into_verdict()
}

/// The connection ended before the message did.
fn was_cut_short(error: &(dyn Error + 'static)) -> bool {
    chain::causes::<hyper::Error>(error)
        .any(|error| error.is_incomplete_message() || error.is_canceled() || error.is_closed())
        || has_transient_io(error)
}

/// No connection came about, by the word of the resolver, or of the socket that found no free port.
/// `is_connect` alone would not do: a certificate that is not trusted is a connect error too, and native-tls
/// gives it no kind to tell it by; so is `https` in a build without TLS.
fn was_out_of_reach(error: &reqwest::Error) -> bool {
    let has_no_port = |error: &io::Error| error.kind() == io::ErrorKind::AddrNotAvailable;
    error.is_dns() || (error.is_connect() && chain::causes(error).any(has_no_port))
}
