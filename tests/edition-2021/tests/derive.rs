//! `#[derive(Classify)]` in edition 2021, of a dependency under another name.
#![deny(warnings)]

use std::{fmt::Debug, io};

use resilience::{is_transient_io, Classify, Verdict};

#[derive(Classify)]
#[classify(crate = ::resilience)]
enum Error<T: Debug> {
    #[transient]
    Timeout,
    #[throttled(retry_after = wait)]
    Busy { wait: std::time::Duration },
    #[classify(with = is_transient_io)]
    Io(io::Error),
    #[classify(with = |error| error.is_err())]
    Closure(Result<(), T>),
    #[classify(source)]
    Boxed(Box<Inner>),
}

#[derive(Classify)]
#[permanent]
#[classify(crate = crate::reexport::retry_runtime)]
struct Inner;

mod reexport {
    pub use ::resilience as retry_runtime;
}

#[test]
fn a_renamed_crate_is_found() {
    let wait = std::time::Duration::from_secs(1);
    assert_eq!(Error::<u8>::Timeout.classify(), Verdict::TRANSIENT);
    assert_eq!(Error::<u8>::Busy { wait }.classify(), Verdict::THROTTLED.with_server_hint(wait));
    assert_eq!(Error::<u8>::Io(io::ErrorKind::TimedOut.into()).classify(), Verdict::TRANSIENT);
    assert_eq!(Error::Closure(Err(1)).classify(), Verdict::TRANSIENT);
    assert_eq!(Error::<u8>::Boxed(Box::new(Inner)).classify(), Verdict::PERMANENT);
}
