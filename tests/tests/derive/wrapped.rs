//! Marks that ask the wrapped error, and how it is found.

use std::{io, sync::Arc, time::Duration};

use retry_runtime::{Classify, Verdict, any_of, is_transient, is_transient_io, not};

const RESET: io::ErrorKind = io::ErrorKind::ConnectionReset;
const DENIED: io::ErrorKind = io::ErrorKind::PermissionDenied;

/// Judges itself: throttled if set.
#[derive(Classify, Debug, thiserror::Error)]
enum Inner {
    #[error("busy")]
    #[throttled]
    Busy,
    #[error("gone")]
    #[permanent]
    Gone,
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

#[derive(Classify, Debug, thiserror::Error)]
enum Outer {
    #[error("read")]
    #[classify(with = is_transient_io)]
    Read(#[from] io::Error),
    #[error("write to {path}")]
    #[classify(with = is_transient_io)]
    Write { path: String, source: io::Error },
    #[error("flush {0}")]
    #[classify(with = |error| error.kind() == RESET)]
    Flush(u8, #[source] io::Error),
    #[error("named")]
    #[classify(with = |error: &io::Error| (error.kind() == RESET).then_some(Duration::from_secs(3)), field = 1)]
    Named(u8, io::Error),
    #[error("combined")]
    #[classify(with = any_of((is_transient_io, not(is_transient_io))))]
    Combined(#[source] io::Error),
    #[error("a method")]
    #[classify(with = Self::is_short)]
    Method(String),
    #[error("boxed")]
    #[classify(with = is_transient)]
    Boxed(#[source] Boxed),
    #[error("a box of one type")]
    #[classify(with = is_reset)]
    BoxedOne(#[source] Box<io::Error>),
    #[error(transparent)]
    #[classify(source)]
    Inner(#[from] Inner),
    #[error("shared")]
    #[classify(source)]
    Shared {
        #[source]
        why: Arc<Inner>,
        source_line: u32,
    },
    #[error("named again")]
    #[classify(source = cause)]
    Again { cause: Box<Inner>, path: String },
}

impl Outer {
    const fn is_short(text: &str) -> bool {
        text.len() < 3
    }
}

fn is_reset(error: &io::Error) -> Verdict {
    if error.kind() == RESET { Verdict::TRANSIENT } else { Verdict::PERMANENT }
}

/// Made of either kind: transient if the first, permanent if the second.
fn assert_asks(make: impl Fn(io::Error) -> Outer) {
    assert!(make(RESET.into()).classify().is_transient());
    assert!(make(DENIED.into()).classify().is_permanent());
}

#[test]
fn a_filter_is_asked_about_the_wrapped_error() {
    assert_asks(Outer::Read);
    assert_asks(|source| Outer::Write { path: "/".into(), source });
    assert_asks(|error| Outer::Flush(1, error));
    assert_asks(|error| Outer::Named(1, error));
    assert_asks(|error| Outer::Boxed(error.into()));
    assert_asks(|error| Outer::BoxedOne(error.into()));
}

#[test]
fn a_filter_may_be_any() {
    assert!(Outer::Combined(DENIED.into()).classify().is_transient());
    assert!(Outer::Method("ab".into()).classify().is_transient());
    assert!(Outer::Method("abc".into()).classify().is_permanent());
    assert_eq!(Outer::Named(1, RESET.into()).classify().server_hint(), Some(Duration::from_secs(3)));
}

#[test]
fn the_wrapped_error_is_asked() {
    for (make, expected) in
        [((|| Inner::Busy) as fn() -> Inner, Verdict::THROTTLED), (|| Inner::Gone, Verdict::PERMANENT)]
    {
        assert_eq!(Outer::Inner(make()).classify(), expected);
        assert_eq!(Outer::Shared { why: make().into(), source_line: 1 }.classify(), expected);
        assert_eq!(Outer::Again { cause: make().into(), path: "/".into() }.classify(), expected);
    }
}

#[derive(Classify)]
#[classify(source = 1)]
struct Tuple(u8, Inner);

#[derive(Classify)]
#[classify(with = |error: &io::Error| error.kind() == RESET, field = cause)]
struct Fields {
    cause: io::Error,
    line: u32,
}

#[derive(Classify)]
#[classify(source)]
struct Dynamic(Box<dyn Classify + Send>);

#[test]
fn a_struct_is_asked_likewise() {
    assert_eq!(Tuple(1, Inner::Busy).classify(), Verdict::THROTTLED);
    assert_eq!(Fields { cause: RESET.into(), line: 1 }.classify(), Verdict::TRANSIENT);
    assert_eq!(Dynamic(Box::new(Inner::Gone)).classify(), Verdict::PERMANENT);
}
