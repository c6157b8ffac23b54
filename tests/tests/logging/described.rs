//! Errors as text.

use super::*;

#[derive(Debug)]
struct OnlyDebug;
struct Neither;

#[retry(max_attempts = 1)]
fn both() -> Result<(), Failure> {
    Err(Failure(3))
}

#[retry(max_attempts = 1)]
fn only_debug() -> Result<(), OnlyDebug> {
    Err(OnlyDebug)
}

#[retry(max_attempts = 1)]
fn neither() -> Result<(), Neither> {
    Err(Neither)
}

#[retry(max_attempts = 1)]
fn displayed<E: Display + Debug>(error: fn() -> E) -> Result<(), E> {
    Err(error())
}

#[retry(max_attempts = 1)]
fn debugged<E: Debug>(error: fn() -> E) -> Result<(), E> {
    Err(error())
}

#[retry(max_attempts = 1)]
fn unbounded<E>(error: fn() -> E) -> Result<(), E> {
    Err(error())
}

#[retry(max_attempts = 1)]
fn boxed() -> Result<(), Box<dyn std::error::Error>> {
    Err("boxed".into())
}

#[retry(max_attempts = 1)]
fn contextual() -> anyhow::Result<()> {
    anyhow::bail!("outer")
}

fn error_of<T, E>(call: impl FnOnce() -> Result<T, E>) -> String {
    let (log, _guard) = Log::listen();
    assert!(call().is_err());
    let line = log.only();
    assert!(line.message.ends_with(&format!(": {}", line.text("error"))), "{line:#?}");
    line.text("error").to_owned()
}

#[test]
fn an_error_with_both_is_shown_by_display() {
    assert_eq!(error_of(both), "attempt 3 failed");
}

#[test]
fn without_display_debug_is_used() {
    assert_eq!(error_of(only_debug), "OnlyDebug");
}

#[test]
fn without_either_the_type_is_named() {
    assert_eq!(error_of(neither), "logging::described::Neither");
}

#[test]
fn a_generic_function_shows_what_its_bounds_allow() {
    assert_eq!(error_of(|| displayed(|| Failure(7))), "attempt 7 failed");
    assert_eq!(error_of(|| debugged(|| Failure(7))), "Failure(7)");
    assert_eq!(error_of(|| unbounded(|| Failure(7))), "retry_tests::Failure");
}

#[test]
fn erased_errors_are_shown_as_they_show_themselves() {
    assert_eq!(error_of(boxed), "boxed");
    assert_eq!(error_of(contextual), "outer");
}

#[test]
fn an_error_that_nobody_reads_is_not_formatted() {
    struct Shy;
    impl Display for Shy {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("formatted")
        }
    }
    #[retry(max_attempts = 2, initial_delay = "0s")]
    fn shy() -> Result<(), Shy> {
        Err(Shy)
    }
    assert!(shy().is_err());
    assert!(RetryPolicy::MEMORY.call(|| Err::<(), _>(Shy)).sleep(record).run().is_err());
}
