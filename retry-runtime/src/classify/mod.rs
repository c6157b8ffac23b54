//! Which errors are worth another attempt, and when.

mod chain;
#[cfg(feature = "reqwest")]
mod http;
mod io;
mod verdict;

pub use chain::ErrorChain;
#[cfg(feature = "reqwest")]
pub use http::is_transient_http;
pub use io::is_transient_io;
pub use verdict::{IntoVerdict, Verdict};

/// An error type that knows which of its values are worth another attempt.
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
    note = "implement `retry_runtime::Classify` for it, or use `.filter(..)`"
)]
pub trait Classify {
    /// Judges this error.
    fn classify(&self) -> Verdict;
}

impl<E: Classify + ?Sized> Classify for &E {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }
}

impl<E: Classify + ?Sized> Classify for Box<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }
}

impl<E: Classify + ?Sized> Classify for std::sync::Arc<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }
}

impl<E: Classify + ?Sized> Classify for std::rc::Rc<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }
}
