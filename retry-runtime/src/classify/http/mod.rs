//! HTTP: statuses, the errors of clients, and what the server says about when to come back.

#[cfg(feature = "hyper")]
mod clients;
mod error;
mod hint;
mod response;
mod status;

use super::{
    ErrorChain, Verdict,
    chain::{self, Judge},
    io,
};

#[cfg(feature = "hyper")]
pub(super) use clients::judge_connect;
pub use error::HttpError;
pub use hint::server_hint;
pub use response::ErrorForRetry;
#[cfg(feature = "reqwest")]
pub(crate) use status::error_type as http_error_type;
pub use status::http_status;

/// What knows HTTP, and what is below it.
pub(super) const JUDGES: &[Judge] = &[
    status::judge,
    error::judge,
    #[cfg(feature = "hyper")]
    clients::judge,
    io::judge,
];

/// Whether an HTTP error may pass.
///
/// | verdict | statuses | errors of the client |
/// |---|---|---|
/// | throttled | 429 Too Many Requests | HTTP/2 `ENHANCE_YOUR_CALM` |
/// | transient | 408 Request Timeout, 425 Too Early, 500 Internal Server Error, 502 Bad Gateway, 503 Service Unavailable, 504 Gateway Timeout | not resolved, not reached, timed out, reset, a message cut short; HTTP/2 `REFUSED_STREAM`, `INTERNAL_ERROR`, GOAWAY with `NO_ERROR` |
/// | permanent | every other, 501 and 505 among them | a request that cannot be built, a redirect loop, a body that cannot be decoded, an answer that is no HTTP, a certificate that is not trusted |
///
/// Statuses: RFC 9110 §15.5 and §15.6, RFC 6585 §4 (429), RFC 8470 §5.2 (425); HTTP/2 codes: RFC 9113 §7.
///
/// Takes `http::StatusCode`, [`HttpError`], `std::io::Error`, responses (`filter_ok = is_transient_http`),
/// with the feature `reqwest` `reqwest::Error`, with `hyper` the errors of hyper, hyper-util's client and h2, with
/// `reqwest-middleware` its error, and any error that has one of them among its causes. What has none is
/// permanent. It knows reqwest 0.13, hyper 1 and reqwest-middleware 0.5: the errors of another version are of another
/// type, look like any unknown error, and are permanent.
///
/// ```
/// use http::StatusCode;
/// use retry_runtime::is_transient_http;
///
/// assert!(is_transient_http(&StatusCode::BAD_GATEWAY).is_transient());
/// assert!(is_transient_http(&StatusCode::TOO_MANY_REQUESTS).is_throttled());
/// assert!(is_transient_http(&StatusCode::NOT_FOUND).is_permanent());
/// ```
///
/// Some hold that 500 should not be repeated. To choose otherwise, look at the status:
///
/// ```
/// use retry_runtime::{HttpError, http_status, is_transient_http, retry};
///
/// #[retry(http, filter = |error| is_transient_http(error).and(http_status(error) != Some(500)))]
/// fn fetch() -> Result<String, HttpError> {
///     Err(HttpError::from(http::StatusCode::INTERNAL_SERVER_ERROR))
/// }
///
/// assert!(fetch().is_err()); // a single attempt
/// ```
///
/// What a variant that thiserror makes `transparent` holds is not seen, neither here nor by `http_status`: it shows the
/// causes of that error, not the error. Give it a message of its own; or derive
/// [`Classify`](macro@crate::Classify), use no filter, and choose otherwise in the mark:
/// `#[classify(with = |error| is_transient_http(error).and(http_status(error) != Some(500)))]`.
///
/// Repeat only what is idempotent: a POST that timed out may have been carried out. For such requests there is
/// [`connect_only`](crate::connect_only).
pub fn is_transient_http<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}
