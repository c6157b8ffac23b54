//! What an error is counted as.

use std::{error::Error, fmt, io, rc::Rc, sync::Arc, time::Duration};

use retry_runtime::{Classify, Elapsed, Verdict};

/// Says nothing of it.
struct Silent;

impl Classify for Silent {
    fn classify(&self) -> Verdict {
        Verdict::TRANSIENT
    }
}

/// Says it.
struct Telling(u16);

impl Classify for Telling {
    fn classify(&self) -> Verdict {
        Verdict::PERMANENT
    }

    fn error_type(&self) -> &'static str {
        if self.0 == 404 { "not_found" } else { "refused" }
    }
}

#[test]
fn unless_it_says_so_it_is_the_types_name() {
    assert_eq!(Silent.error_type(), "derive::error_types::Silent");
    assert_eq!(Telling(404).error_type(), "not_found");
    assert_eq!(Telling(401).error_type(), "refused");
}

#[test]
fn whatever_leads_to_it_says_the_same() {
    let telling = || Telling(404);
    assert_eq!(counted(&&telling()), "not_found");
    assert_eq!(counted(&&&telling()), "not_found");
    assert_eq!(Box::new(telling()).error_type(), "not_found");
    assert_eq!(Arc::new(telling()).error_type(), "not_found");
    assert_eq!(Rc::new(telling()).error_type(), "not_found");
    assert_eq!(Box::new(Arc::new(telling())).error_type(), "not_found");
    let erased: Box<dyn Classify> = Box::new(telling());
    assert_eq!(erased.error_type(), "not_found");
    let sendable: Box<dyn Classify + Send + Sync> = Box::new(Telling(401));
    assert_eq!(sendable.error_type(), "refused");
    assert_eq!(counted(&erased), "not_found");
    assert_eq!(Box::new(Silent).error_type(), "derive::error_types::Silent");
    let erased: Arc<dyn Classify> = Arc::new(Silent);
    assert_eq!(erased.error_type(), "derive::error_types::Silent");
}

/// As code does that is generic.
fn counted<E: Classify>(error: &E) -> &'static str {
    error.error_type()
}

#[derive(Classify, Debug)]
enum Inner {
    #[throttled(retry_after = 0)]
    Busy(Duration),
    #[permanent]
    Gone,
}

#[derive(Classify)]
enum Outer<E> {
    #[transient]
    Unit,
    #[permanent]
    Fields { line: u32 },
    #[transient]
    Tuple(u8, &'static str),
    #[classify(with = |error| error.kind() == io::ErrorKind::TimedOut)]
    Io(io::Error),
    #[classify(source)]
    Inner(Inner),
    #[classify(source)]
    Shared(Arc<Inner>),
    #[classify(source = cause)]
    Named { cause: Box<Inner>, line: u32 },
    #[classify(source)]
    Elapsed(Elapsed),
    #[classify(source)]
    Erased(Box<dyn Classify + Send>),
    #[classify(source)]
    Parameter(E),
    #[classify(source)]
    Nested(Box<Outer<E>>),
}

#[test]
fn an_enum_is_counted_by_its_variant() {
    type Plain = Outer<Silent>;
    assert_eq!(Inner::Busy(Duration::ZERO).error_type(), "Busy");
    assert_eq!(Inner::Gone.error_type(), "Gone");
    assert_eq!(Plain::Unit.error_type(), "Unit");
    assert_eq!(Plain::Fields { line: 7 }.error_type(), "Fields");
    assert_eq!(Plain::Tuple(1, "a message").error_type(), "Tuple");
    // A filter judges; what it is counted as is not the filter's affair.
    assert_eq!(Plain::Io(io::ErrorKind::TimedOut.into()).error_type(), "Io");
}

#[test]
fn a_variant_that_asks_what_it_holds_is_counted_as_that_says() {
    type Plain = Outer<Silent>;
    assert_eq!(Plain::Inner(Inner::Gone).error_type(), "Gone");
    assert_eq!(Plain::Shared(Inner::Busy(Duration::ZERO).into()).error_type(), "Busy");
    assert_eq!(Plain::Named { cause: Inner::Gone.into(), line: 7 }.error_type(), "Gone");
    assert_eq!(Plain::Elapsed(Elapsed::attempt(Duration::ZERO)).error_type(), "timeout");
    assert_eq!(Plain::Erased(Box::new(Telling(404))).error_type(), "not_found");
    assert_eq!(Plain::Parameter(Silent).error_type(), "derive::error_types::Silent");
    assert_eq!(Outer::Parameter(Telling(1)).error_type(), "refused");
    assert_eq!(Plain::Nested(Outer::Inner(Inner::Gone).into()).error_type(), "Gone");
}

#[derive(Classify)]
#[expect(non_camel_case_types, reason = "raw identifiers")]
enum r#loop {
    #[transient]
    r#match,
    #[permanent]
    r#fn { r#if: u8 },
    #[classify(source)]
    r#struct(Inner),
}

#[test]
fn raw_identifiers_are_counted_without_their_sign() {
    assert_eq!(r#loop::r#match.error_type(), "match");
    assert_eq!(r#loop::r#fn { r#if: 1 }.error_type(), "fn");
    assert_eq!(r#loop::r#struct(Inner::Gone).error_type(), "Gone");
}

#[derive(Classify)]
#[transient]
struct Unit;

#[derive(Classify)]
#[permanent]
struct Fields<T> {
    of: T,
}

#[derive(Classify)]
#[classify(source)]
struct Wrapper(Inner);

#[test]
fn a_struct_is_counted_by_its_type() {
    assert_eq!(Unit.error_type(), "derive::error_types::Unit");
    assert_eq!(Fields { of: 1_u8 }.error_type(), "derive::error_types::Fields<u8>");
}

#[test]
fn a_struct_that_wraps_an_error_is_counted_as_that_says() {
    assert_eq!(Wrapper(Inner::Gone).error_type(), "Gone");
}

/// The message is never part of it.
#[derive(Classify, Debug)]
enum Talkative {
    #[transient]
    Said(String),
}

impl fmt::Display for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for Talkative {}

#[test]
fn what_it_says_of_itself_otherwise_matters_not() {
    assert_eq!(Talkative::Said("row 7".into()).error_type(), "Said");
    assert_eq!(Arc::new(Talkative::Said("row 8".into())).error_type(), "Said");
}
