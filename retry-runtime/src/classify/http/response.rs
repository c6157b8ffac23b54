//! Responses whose status is an error.

use std::error::Error;

use http::{HeaderMap, StatusCode};

use super::{super::ErrorChain, HttpError, hint::server_hint, status::Answer};

/// Turns a response with an error status into an [`HttpError`] that keeps what a retry needs.
///
/// `reqwest::Response::error_for_status` drops the headers, and with them the server's word on when to come
/// back.
pub trait ErrorForRetry: Sized {
    /// The response itself, or an error with its status, its server hint and its URL.
    ///
    /// # Errors
    /// If the status is 400 or above.
    ///
    /// ```
    /// use std::time::Duration;
    /// use retry_runtime::{ErrorForRetry, is_transient_http};
    ///
    /// let response = http::Response::builder().status(503).header("retry-after", "7").body(()).unwrap();
    /// let error = response.error_for_retry().unwrap_err();
    ///
    /// assert_eq!(error.status().unwrap(), 503);
    /// assert_eq!(is_transient_http(&error).server_hint(), Some(Duration::from_secs(7)));
    /// ```
    fn error_for_retry(self) -> Result<Self, HttpError>;
}

fn error(status: StatusCode, headers: &HeaderMap, url: Option<&str>) -> Option<HttpError> {
    let failed = status.is_client_error() || status.is_server_error();
    failed.then(|| HttpError::answered(status, server_hint(headers), url))
}

/// Marks the implementation for responses.
#[derive(Debug)]
pub struct Response;

macro_rules! response {
    ([$($generics:tt)*] $type:ty, $url:expr) => {
        impl<$($generics)*> ErrorForRetry for $type {
            fn error_for_retry(self) -> Result<Self, HttpError> {
                let url: fn(&Self) -> Option<&str> = $url;
                match error(self.status(), self.headers(), url(&self)) {
                    Some(error) => Err(error),
                    None => Ok(self),
                }
            }
        }

        impl<$($generics)*> ErrorChain<Response> for $type {
            fn look<R>(&self, look: impl FnOnce(&(dyn Error + 'static)) -> R) -> R {
                look(&Answer { status: self.status(), hint: server_hint(self.headers()) })
            }
        }
    };
}

response!([B] http::Response<B>, |_| None);
#[cfg(feature = "reqwest")]
response!([] reqwest::Response, |response| Some(response.url().as_str()));
#[cfg(feature = "reqwest-blocking")]
response!([] reqwest::blocking::Response, |response| Some(response.url().as_str()));
