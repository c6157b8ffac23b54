//! One way to look into any error a user may have: their own type, a boxed one, an `anyhow::Error`.

use std::{error::Error, io, sync::Arc};

/// An error whose causes can be walked. `Marker` tells the kinds of implementation apart and is always
/// inferred: any `Error + 'static`, `dyn Error` in its forms, `Box<dyn Error>`, and types that lend a
/// `dyn Error + Send + Sync` such as `Box<dyn Error + Send + Sync>` and `anyhow::Error`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error whose causes this filter could look at",
    note = "this filter takes any `Error + 'static`, a boxed error or an `anyhow::Error`; for another type write `filter = |error| ..`"
)]
pub trait ErrorChain<Marker> {
    /// The outermost error.
    fn outermost(&self) -> &(dyn Error + 'static);
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
    fn outermost(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl<E: AsRef<dyn Error + Send + Sync>> ErrorChain<Lent> for E {
    fn outermost(&self) -> &(dyn Error + 'static) {
        self.as_ref()
    }
}

impl ErrorChain<Dynamic> for Box<dyn Error> {
    fn outermost(&self) -> &(dyn Error + 'static) {
        &**self
    }
}

impl ErrorChain<Dynamic> for dyn Error {
    fn outermost(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl ErrorChain<Dynamic> for dyn Error + Send + Sync {
    fn outermost(&self) -> &(dyn Error + 'static) {
        self
    }
}

/// The errors of type `T` among `error` and its causes, outermost first. The payload of an `io::Error`
/// counts as its cause, which `source` skips.
pub(crate) fn causes<'a, T: Error + 'static>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a T> {
    std::iter::successors(Some(error), |&current| {
        match held::<io::Error>(current).and_then(io::Error::get_ref) {
            Some(payload) => Some(payload),
            None => current.source(),
        }
    })
    .filter_map(held)
}

/// `error` as a `T`, bare, boxed or shared: `Box<T>` and `Arc<T>` are error types of their own, and their
/// `source` skips the `T`.
fn held<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let bare = error.downcast_ref::<T>();
    let boxed = || error.downcast_ref::<Box<T>>().map(Box::as_ref);
    let shared = || error.downcast_ref::<Arc<T>>().map(Arc::as_ref);
    bare.or_else(boxed).or_else(shared)
}
