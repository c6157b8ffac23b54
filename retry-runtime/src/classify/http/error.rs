//! An HTTP error that keeps what a retry needs.

use std::{error::Error, fmt, time::Duration};

use http::{HeaderMap, StatusCode};

use super::{
    super::{Classify, Verdict, chain},
    hint::server_hint,
    is_transient_http, status,
};

/// What went wrong with an HTTP request: a status that is an error, with the server's word on when to come
/// back, or the client's own error.
///
/// Made by [`error_for_retry`](super::ErrorForRetry::error_for_retry), and by `?` from the errors of `reqwest`,
/// hyper, hyper-util's client and `reqwest-middleware` whose feature is on. It can also say that an attempt timed out
/// ([`Elapsed`](crate::Elapsed)) or that a circuit is open ([`CircuitOpen`](crate::CircuitOpen)). It judges itself as
/// [`is_transient_http`] does: a function that returns it needs no `filter`.
#[cfg_attr(
    feature = "reqwest",
    doc = "
```
use retry_runtime::{ErrorForRetry, HttpError, retry};

#[retry(http)]
async fn fetch(url: &str) -> Result<String, HttpError> {
    Ok(reqwest::get(url).await?.error_for_retry()?.text().await?)
}

# #[tokio::main(flavor = \"current_thread\")]
# async fn main() {
assert!(fetch(\"no url\").await.is_err()); // permanent: a single attempt
# }
```
"
)]
pub struct HttpError(Box<Fault>);

enum Fault {
    Status {
        status: StatusCode,
        hint: Option<Duration>,
        url: Option<Box<str>>,
    },
    /// Without the URL, which the client would show with its query.
    Client {
        error: Box<dyn Error + Send + Sync>,
        url: Option<Box<str>>,
    },
}

impl HttpError {
    pub(super) fn answered(status: StatusCode, hint: Option<Duration>, url: Option<&str>) -> Self {
        Self(Box::new(Fault::Status { status, hint, url: url.map(Into::into) }))
    }

    /// The error that a response with this status and these headers stands for: for clients that have no
    /// [`error_for_retry`](super::ErrorForRetry).
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
    /// use retry_runtime::HttpError;
    ///
    /// let headers = HeaderMap::from_iter([(RETRY_AFTER, "7".parse().unwrap())]);
    /// let error = HttpError::new(StatusCode::SERVICE_UNAVAILABLE, &headers);
    /// assert_eq!(error.to_string(), "HTTP status 503 Service Unavailable, retry after 7s");
    /// ```
    #[must_use]
    pub fn new(status: StatusCode, headers: &HeaderMap) -> Self {
        Self::answered(status, server_hint(headers), None)
    }

    /// The status, or `None` where the client gave up before there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &*self.0 {
            Fault::Status { status, .. } => Some(*status),
            Fault::Client { error, .. } => chain::links(&**error).find_map(status::status_of),
        }
    }

    /// That of a response; a client's error is the next link of the chain.
    pub(super) fn own_status(&self) -> Option<StatusCode> {
        match &*self.0 {
            Fault::Status { status, .. } => Some(*status),
            Fault::Client { .. } => None,
        }
    }

    /// When the server wants the next attempt, counted from when the response was looked at.
    #[must_use]
    pub fn server_hint(&self) -> Option<Duration> {
        match &*self.0 {
            Fault::Status { hint, .. } => *hint,
            Fault::Client { .. } => None,
        }
    }

    /// The URL, with its query. `Display` and `Debug` leave out the query and the password: they are secrets.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match &*self.0 {
            Fault::Status { url, .. } | Fault::Client { url, .. } => url.as_deref(),
        }
    }

    /// The error of the client, such as a `reqwest::Error`, where there is no response: `is_transient_io` and the
    /// other filters look into it.
    #[must_use]
    pub fn client_error(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Fault::Status { .. } => None,
            Fault::Client { error, .. } => Some(&**error),
        }
    }

    /// The URL for all to see: without the query, and without a password.
    fn place(&self) -> Option<String> {
        let (scheme, rest) = self.url()?.split(['?', '#']).next()?.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        Some(format!("{scheme}://{host}{path}"))
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Fault::Client { error, .. } => error.fmt(f)?,
            Fault::Status { status, .. } => write!(f, "HTTP status {status}")?,
        }
        if let Some(place) = self.place() {
            write!(f, " from {place}")?;
        }
        match self.server_hint() {
            Some(hint) => write!(f, ", retry after {hint:?}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("HttpError");
        match &*self.0 {
            Fault::Client { error, .. } => shown.field("error", error),
            Fault::Status { status, hint, .. } => shown.field("status", status).field("server_hint", hint),
        };
        shown.field("url", &self.place()).finish()
    }
}

/// The client's error is shown by `Display`; its causes are these causes.
impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Fault::Status { .. } => None,
            Fault::Client { error, .. } => error.source(),
        }
    }
}

impl Classify for HttpError {
    fn classify(&self) -> Verdict {
        is_transient_http(self)
    }

    /// The status, as OpenTelemetry's `error.type` of HTTP has it; where there was no answer, `timeout`, `circuit_open`,
    /// `connection` if another attempt may help, else `client`.
    fn error_type(&self) -> &'static str {
        status::error_type(match &*self.0 {
            Fault::Status { status, .. } => return status::name(*status),
            Fault::Client { error, .. } => &**error,
        })
    }
}

impl From<StatusCode> for HttpError {
    fn from(status: StatusCode) -> Self {
        Self::answered(status, None, None)
    }
}

macro_rules! from_client {
    ($($(#[$feature:meta])* $error:ty),* $(,)?) => {$(
        $(#[$feature])*
        impl From<$error> for HttpError {
            fn from(error: $error) -> Self {
                Self(Box::new(Fault::Client { error: Box::new(error), url: None }))
            }
        }
    )*};
}

from_client! {
    #[cfg(feature = "hyper")]
    hyper::Error,
    #[cfg(feature = "hyper")]
    hyper_util::client::legacy::Error,
    std::io::Error,
    crate::CircuitOpen,
    crate::Elapsed,
}

#[cfg(feature = "reqwest")]
macro_rules! from_reqwest {
    ($($(#[$feature:meta])* $error:ty),* $(,)?) => {$(
        $(#[$feature])*
        impl From<$error> for HttpError {
            fn from(error: $error) -> Self {
                let url = error.url().map(|url| url.as_str().into());
                Self(Box::new(Fault::Client { error: Box::new(error.without_url()), url }))
            }
        }
    )*};
}

#[cfg(feature = "reqwest")]
from_reqwest! {
    reqwest::Error,
    #[cfg(feature = "reqwest-middleware")]
    reqwest_middleware::Error,
}

pub(super) fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    match &*chain::held::<HttpError>(error)?.0 {
        Fault::Status { status, hint, .. } => Some(status::verdict(*status, *hint)),
        // The next link.
        Fault::Client { .. } => None,
    }
}
