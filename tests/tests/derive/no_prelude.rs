//! Without any prelude: every generated path is absolute.
#![no_implicit_prelude]

use ::retry_runtime::Classify;
use ::std::option::Option;

#[derive(Classify)]
enum Bare<T> {
    #[transient]
    Fixed,
    #[throttled(retry_after = 0)]
    Hinted(Option<::std::time::Duration>),
    #[classify(with = |error| *error > 3)]
    Filtered(u8),
    #[classify(with = ::retry_runtime::is_transient_io)]
    Known(::std::io::Error),
    #[classify(source)]
    Source(T),
}

#[derive(Classify)]
enum Empty {}

#[::core::prelude::v1::test]
fn no_prelude_is_needed() {
    let timeout = ::std::convert::From::from(::std::io::ErrorKind::TimedOut);
    let none = Option::None;
    ::std::assert!(Bare::<Empty>::Fixed.classify().is_transient());
    ::std::assert!(Bare::<Empty>::Hinted(none).classify().is_throttled());
    ::std::assert!(Bare::<Empty>::Filtered(4).classify().is_transient());
    ::std::assert!(Bare::<Empty>::Known(timeout).classify().is_transient());
    ::std::assert!(Bare::Source(Bare::<Empty>::Fixed).classify().is_transient());
}
