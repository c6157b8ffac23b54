//! One way to look into any error a user may have: their own type, a boxed one, an `anyhow::Error`.

use std::{error::Error, io, ops::DerefMut, sync::Arc};

use super::Verdict;
use crate::observe::LONGEST_CHAIN;

/// An error whose causes can be walked: what the filters of this crate take. `Marker` tells the kinds of implementation apart and is always
/// inferred: any `Error + 'static`, `dyn Error + 'static` and `Box<dyn Error>`, with or without `Send` and `Sync`, and
/// types that lend a `dyn Error + Send + Sync` such as `anyhow::Error`. A function of your own takes
/// `&(dyn Error + 'static)`: in `&dyn Error` the error is not `'static`, and cannot be looked into.
///
/// With the feature `http` also `http::StatusCode` and responses, which the HTTP filters judge as they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error whose causes this filter could look at",
    note = "it takes any `Error + 'static`, a boxed error or an `anyhow::Error`: implement `std::error::Error`, or write a filter of your own, `|error| ..`"
)]
pub trait ErrorChain<Marker> {
    /// Shows the outermost error to `look`, and gives what it says.
    fn look<R>(&self, look: impl FnOnce(&(dyn Error + 'static)) -> R) -> R;
}

/// Marks the implementation for error types.
#[derive(Debug)]
pub struct Typed;
/// Marks the implementation for types that lend an error.
#[derive(Debug)]
pub struct Lent;
/// Marks the implementation for errors without a size.
#[derive(Debug)]
pub struct Dynamic;

impl<E: Error + 'static> ErrorChain<Typed> for E {
    fn look<R>(&self, look: impl FnOnce(&(dyn Error + 'static)) -> R) -> R {
        look(self)
    }
}

// By `DerefMut`, which an `Arc` lacks: it is an error type, and must not be both.
impl<E: DerefMut<Target = dyn Error + Send + Sync>> ErrorChain<Lent> for E {
    fn look<R>(&self, look: impl FnOnce(&(dyn Error + 'static)) -> R) -> R {
        look(&**self)
    }
}

macro_rules! dynamic {
    ($($error:ty: $shown:expr),* $(,)?) => {$(
        impl ErrorChain<Dynamic> for $error {
            fn look<R>(&self, look: impl FnOnce(&(dyn Error + 'static)) -> R) -> R {
                let shown: fn(&Self) -> &(dyn Error + 'static) = $shown;
                look(shown(self))
            }
        }
    )*};
}

dynamic! {
    dyn Error: |error| error,
    dyn Error + Send: |error| error,
    dyn Error + Sync: |error| error,
    dyn Error + Send + Sync: |error| error,
    Box<dyn Error>: |error| &**error,
    Box<dyn Error + Send>: |error| &**error,
    Box<dyn Error + Sync>: |error| &**error,
}

/// What a technology knows of one error: its verdict, or `None` where only the causes can tell.
pub(crate) type Judge = fn(&(dyn Error + 'static)) -> Option<Verdict>;

/// The verdict on the outermost error that one of `judges` knows. An error that none knows is permanent.
pub(crate) fn judged_by(judges: &[Judge], outermost: &(dyn Error + 'static)) -> Verdict {
    links(outermost)
        .find_map(|link| judges.iter().find_map(|judge| judge(link)))
        .unwrap_or(Verdict::PERMANENT)
}

/// The errors of type `T` among `error` and its causes, outermost first.
#[cfg(feature = "hyper")]
pub(crate) fn causes<'a, T: Error + 'static>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a T> {
    links(error).filter_map(held)
}

/// `error` and its causes, outermost first. What `source` skips counts as a cause too: the payload of an
/// `io::Error`, the client's error in an `HttpError`, the error in that of a middleware and in an `Arc<dyn Error>`.
pub(crate) fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&current| {
        if let Some(payload) = held::<io::Error>(current).and_then(io::Error::get_ref) {
            return Some(payload);
        }
        #[cfg(feature = "http")]
        if let Some(error) = held::<crate::HttpError>(current).and_then(crate::HttpError::client_error) {
            return Some(error);
        }
        #[cfg(feature = "reqwest-middleware")]
        if let Some(error) = held(current) {
            return Some(match error {
                reqwest_middleware::Error::Reqwest(error) => error,
                reqwest_middleware::Error::Middleware(error) => &**error,
            });
        }
        if let Some(shared) = current.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
            return Some(&**shared);
        }
        match current.downcast_ref::<Arc<dyn Error>>() {
            Some(shared) => Some(&**shared),
            None => current.source(),
        }
    })
    .take(LONGEST_CHAIN)
}

/// Whether a Unix socket was not there.
#[cfg(feature = "tokio-postgres")]
pub(crate) fn is_missing_socket(error: &(dyn Error + 'static)) -> bool {
    links(error).filter_map(held).any(|error: &io::Error| error.kind() == io::ErrorKind::NotFound)
}

/// `error` as a `T`, bare, boxed or shared: `Box<T>` and `Arc<T>` are error types of their own, and their
/// `source` skips the `T`.
pub(crate) fn held<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let bare = error.downcast_ref::<T>();
    let boxed = || error.downcast_ref::<Box<T>>().map(Box::as_ref);
    let shared = || error.downcast_ref::<Arc<T>>().map(Arc::as_ref);
    bare.or_else(boxed).or_else(shared)
}
