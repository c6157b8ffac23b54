//! Filters made of filters.

use super::{IntoVerdict, Verdict};

/// A tuple of two to eight filters on the same error. Implemented for every such tuple; not to be implemented
/// by others.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of filters on `{E}`",
    note = "write `any_of((is_transient_http, is_transient_io))`: two to eight functions or closures on `&{E}`"
)]
pub trait Filters<E: ?Sized> {
    /// Combines the verdicts of all.
    #[doc(hidden)]
    fn fold(&self, error: &E, combine: fn(Verdict, Verdict) -> Verdict) -> Verdict;
}

macro_rules! tuples {
    ($first:ident $first_verdict:ident $($filter:ident $verdict:ident)*) => {
        impl<E: ?Sized, $first, $first_verdict, $($filter, $verdict),*> Filters<E> for ($first, $($filter,)*)
        where
            $first: Fn(&E) -> $first_verdict,
            $first_verdict: IntoVerdict,
            $($filter: Fn(&E) -> $verdict, $verdict: IntoVerdict,)*
        {
            fn fold(&self, error: &E, combine: fn(Verdict, Verdict) -> Verdict) -> Verdict {
                #[allow(non_snake_case)]
                let ($first, $($filter,)*) = self;
                let verdict = $first(error).into_verdict();
                $(let verdict = combine(verdict, $filter(error).into_verdict());)*
                verdict
            }
        }
    };
}

tuples!(A VA B VB);
tuples!(A VA B VB C VC);
tuples!(A VA B VB C VC D VD);
tuples!(A VA B VB C VC D VD F VF);
tuples!(A VA B VB C VC D VD F VF G VG);
tuples!(A VA B VB C VC D VD F VF G VG H VH);
tuples!(A VA B VB C VC D VD F VF G VG H VH I VI);

/// A filter for which an error is worth another attempt if one of `filters` says so. All are asked: throttled
/// if one says that, and the longest server hint counts.
///
/// `filters`: a tuple of two to eight functions or closures on `&E` that return `bool`, `Verdict` or
/// `Option<Duration>`. A closure names the type of its parameter.
///
/// ```
/// use std::io;
/// use retry_runtime::{any_of, is_transient_io, retry};
///
/// #[retry(filter = any_of((is_transient_io, |error: &io::Error| error.kind() == io::ErrorKind::AddrInUse)))]
/// fn listen() -> io::Result<std::net::TcpListener> {
///     std::net::TcpListener::bind("127.0.0.1:0")
/// }
///
/// assert!(listen().is_ok());
/// ```
///
/// Inside a closure, [`Verdict::or`] does the same.
pub fn any_of<E: ?Sized, F: Filters<E>>(filters: F) -> impl Fn(&E) -> Verdict {
    move |error| filters.fold(error, Verdict::or)
}

/// A filter for which an error is worth another attempt only if each of `filters` says so. All are asked:
/// throttled if one says that, and the longest server hint counts.
///
/// `filters`: as in [`any_of`].
///
/// ```
/// use std::io;
/// use retry_runtime::{all_of, is_transient_io, not};
///
/// let timed_out = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
/// let filter = all_of((is_transient_io, not(timed_out)));
///
/// assert!(filter(&io::ErrorKind::ConnectionReset.into()).is_transient());
/// assert!(filter(&io::ErrorKind::TimedOut.into()).is_permanent());
/// ```
pub fn all_of<E: ?Sized, F: Filters<E>>(filters: F) -> impl Fn(&E) -> Verdict {
    move |error| filters.fold(error, Verdict::and)
}

/// A filter for which an error is worth another attempt if `filter` says that it is not. Server hints of
/// `filter` are dropped.
///
/// ```
/// use std::io;
/// use retry_runtime::not;
///
/// let filter = not(|error: &io::Error| error.kind() == io::ErrorKind::NotFound);
///
/// assert!(filter(&io::ErrorKind::TimedOut.into()).is_transient());
/// assert!(filter(&io::ErrorKind::NotFound.into()).is_permanent());
/// ```
pub fn not<E: ?Sized, V: IntoVerdict>(filter: impl Fn(&E) -> V) -> impl Fn(&E) -> Verdict {
    move |error| filter(error).into_verdict().is_permanent().into_verdict()
}
