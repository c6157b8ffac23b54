//! Which errors are worth another attempt, and when.

#[cfg(feature = "lapin")]
mod amqp;
mod any;
mod chain;
mod compose;
mod connect;
#[cfg(feature = "tonic")]
mod grpc;
#[cfg(feature = "http")]
mod http;
mod io;
pub(crate) mod io_name;
#[cfg(feature = "rdkafka")]
mod kafka;
#[cfg(feature = "redis")]
mod redis;
#[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
mod sql;
mod verdict;

#[cfg(feature = "lapin")]
pub use amqp::{is_transient_amqp, is_transient_amqp as is_transient_rmq};
pub use any::is_transient;
pub use chain::ErrorChain;
pub use compose::{Filters, all_of, any_of, not};
pub use connect::connect_only;
#[cfg(feature = "tonic")]
pub use grpc::{grpc_code, is_transient_grpc};
#[cfg(feature = "reqwest")]
pub(crate) use http::http_error_type;
#[cfg(feature = "http")]
pub use http::{ErrorForRetry, HttpError, http_status, is_transient_http, server_hint};
pub use io::is_transient_io;
#[cfg(feature = "rdkafka")]
pub use kafka::is_transient_kafka;
#[cfg(feature = "redis")]
pub use redis::is_transient_redis;
#[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
pub use sql::{is_transient_sql, is_transient_sql as is_transient_db, sql_state};
pub use verdict::{IntoVerdict, Verdict};

/// An error type that knows which of its values are worth another attempt.
///
/// [Derived](macro@crate::Classify), it is a mark on each variant. As a guide, by what went wrong:
///
/// | worth another attempt | not |
/// |---|---|
/// | connection, timeout, unavailable, rate limit (throttled) | authentication, validation, not found, business rule |
///
/// A function without `filter` asks it; beside a `filter`, which decides whether, it still says when
/// (server hints).
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::{Classify, Verdict};
///
/// enum ApiError {
///     Busy { retry_after: Duration },
///     Gone,
/// }
///
/// impl Classify for ApiError {
///     fn classify(&self) -> Verdict {
///         match self {
///             Self::Busy { retry_after } => Verdict::THROTTLED.with_server_hint(*retry_after),
///             Self::Gone => Verdict::PERMANENT,
///         }
///     }
/// }
///
/// assert!(ApiError::Gone.classify().is_permanent());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which of its values are transient",
    note = "derive or implement `retry_runtime::Classify` for it, or use `.filter(..)`"
)]
pub trait Classify {
    /// Judges this error.
    fn classify(&self) -> Verdict;

    /// What this error is counted as in metrics and traces (`error_type`, `error.type`): one of few words, never a
    /// message, for each is a time series of its own. The type's name unless said otherwise; derived, it is the name of
    /// the variant, or, by `#[classify(source)]`, what the wrapped error says.
    ///
    /// ```
    /// # use retry_runtime::{Classify, Verdict};
    /// struct Refused {
    ///     code: u16,
    /// }
    ///
    /// impl Classify for Refused {
    ///     fn classify(&self) -> Verdict {
    ///         Verdict::PERMANENT
    ///     }
    ///
    ///     fn error_type(&self) -> &'static str {
    ///         match self.code {
    ///             401 | 403 => "forbidden",
    ///             404 => "not_found",
    ///             _ => "refused",
    ///         }
    ///     }
    /// }
    ///
    /// assert_eq!(Refused { code: 404 }.error_type(), "not_found");
    /// ```
    fn error_type(&self) -> &'static str {
        std::any::type_name::<Self>()
    }
}

impl<E: Classify + ?Sized> Classify for &E {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }

    fn error_type(&self) -> &'static str {
        (**self).error_type()
    }
}

impl<E: Classify + ?Sized> Classify for Box<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }

    fn error_type(&self) -> &'static str {
        (**self).error_type()
    }
}

impl<E: Classify + ?Sized> Classify for std::sync::Arc<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }

    fn error_type(&self) -> &'static str {
        (**self).error_type()
    }
}

impl<E: Classify + ?Sized> Classify for std::rc::Rc<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }

    fn error_type(&self) -> &'static str {
        (**self).error_type()
    }
}
