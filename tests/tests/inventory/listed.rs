//! Every function is listed, whatever its shape and wherever it is.
#![allow(dead_code, reason = "listed, whether called or not")]

use std::{future::Future, path::Path, time::Duration};

use async_trait::async_trait;
use retry_runtime::{RetryPolicy, inventory, retry};
use retry_tests::{Failure, Flaky};

use crate::function;

const OWN: RetryPolicy = RetryPolicy::CONSERVATIVE.with_max_attempts(7).with_max_elapsed(LIMIT);
const LIMIT: Duration = Duration::from_secs(30);
const NAME: &str = "named by a constant";

const ABOVE: u32 = line!();
#[retry(aggressive, max_attempts = 4, jitter = none, service = "billing")]
fn blocking(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn a_function_is_listed_with_its_place_names_and_policy() {
    let found = function("blocking");
    assert!(Path::new(found.file).ends_with("tests/inventory/listed.rs"), "{}", found.file);
    assert_eq!((found.line, found.module), (ABOVE + 1, module_path!()));
    assert_eq!((found.service, found.is_async, found.is_generic), (Some("billing"), false, false));
    let policy = found.policy.unwrap();
    assert_eq!((policy.max_attempts(), policy.initial_delay()), (Some(4), Duration::from_millis(50)));
    assert_eq!(found.worst_case_delay, Some(Duration::from_micros(237_500)));
    assert_eq!((found.attempt_timeout, found.deadline), (None, None));
}

#[retry(OWN, operation = NAME, attempt_timeout = "5s", deadline = LIMIT)]
async fn limited() -> std::io::Result<()> {
    Ok(())
}

#[test]
fn constants_are_listed_with_their_values() {
    let found = function(NAME);
    assert!(found.is_async);
    assert_eq!(found.policy, Some(OWN));
    assert_eq!(found.worst_case_delay, Some(OWN.worst_case_delay()));
    assert_eq!((found.attempt_timeout, found.deadline), (Some(Duration::from_secs(5)), Some(LIMIT)));
}

mod nested {
    use super::{Failure, retry};

    pub(super) fn surrounding<T>(_: T) {
        #[retry(deadline_from = until, wrap_error)]
        async fn inside(until: std::time::Instant) -> Result<(), retry_runtime::RetryError<Failure>> {
            Ok(())
        }

        drop(inside(std::time::Instant::now()));
    }
}

#[test]
fn a_function_within_a_function_is_listed_with_its_module() {
    assert_eq!(function("inside").module, concat!(module_path!(), "::nested"));
}

struct Client<T>(T);

impl<T: AsRef<str> + Send + Sync> Client<T> {
    #[retry]
    fn method(&self) -> Result<usize, Failure> {
        Ok(self.0.as_ref().len())
    }

    #[retry]
    async fn generic_method<const N: usize, U: Sync>(&self, other: &[U]) -> Result<[usize; N], Failure> {
        assert!(other.is_empty());
        Ok([self.0.as_ref().len(); N])
    }
}

trait Fetch {
    #[retry(max_attempts = 6)]
    fn by_default(&self) -> Result<u32, Failure> {
        Err(Failure(1))
    }

    fn returns_future(&self) -> impl Future<Output = Result<u32, Failure>>;
}

impl Fetch for Flaky {
    #[retry]
    fn returns_future(&self) -> impl Future<Output = Result<u32, Failure>> {
        async move { self.call_async().await }
    }
}

#[async_trait]
trait Dynamic {
    async fn boxed(&self) -> Result<u32, Failure>;
}

#[async_trait]
impl Dynamic for Flaky {
    #[retry(max_attempts = 8)]
    async fn boxed(&self) -> Result<u32, Failure> {
        self.call_async().await
    }
}

#[test]
fn methods_are_listed_once_whatever_they_are_generic_over() {
    for (operation, attempts, is_async) in [
        ("method", 3, false),
        ("generic_method", 3, true),
        ("by_default", 6, false),
        ("returns_future", 3, true),
        ("boxed", 8, true),
    ] {
        let found = function(operation);
        assert_eq!(found.policy.and_then(|policy| policy.max_attempts()), Some(attempts), "{operation}");
        assert_eq!((found.is_async, found.is_generic), (is_async, false), "{operation}");
    }
}

trait Tuned {
    const ATTEMPTS: u32;
    const NAME: &'static str;
    const LIMIT: Duration;

    #[retry(max_attempts = Self::ATTEMPTS, service = "tuned", operation = "tuned_call")]
    fn tuned(&self) -> Result<u32, Failure> {
        Err(Failure(1))
    }

    #[retry(operation = Self::NAME, service = Self::NAME, wrap_error, deadline = Self::LIMIT)]
    async fn named_by_type(&self) -> Result<u32, retry_runtime::RetryError<Failure>> {
        Err(Failure(1))
    }
}

#[retry(operation = T::NAME)]
async fn by_parameter<T: Tuned>() -> Result<u32, Failure> {
    Err(Failure(1))
}

const ABOVE_LIMITED: u32 = line!();
#[retry(max_attempts = T::ATTEMPTS, attempt_timeout = "2s", wrap_error)]
async fn limited_by_parameter<T: Tuned>() -> Result<u32, retry_runtime::RetryError<Failure>> {
    Err(Failure(1))
}

#[test]
fn what_depends_on_type_parameters_is_listed_without_a_policy() {
    let tuned = function("tuned_call");
    assert_eq!((tuned.service, tuned.is_generic, tuned.is_async), (Some("tuned"), true, false));
    assert_eq!((tuned.policy, tuned.worst_case_delay), (None, None));
    let limited = function("limited_by_parameter");
    assert_eq!((limited.is_generic, limited.line), (true, ABOVE_LIMITED + 1));
    assert_eq!(limited.attempt_timeout, Some(Duration::from_secs(2)));
}

#[test]
fn a_function_named_by_a_type_is_listed_by_its_own_name() {
    let by_type = function("named_by_type");
    assert_eq!((by_type.service, by_type.deadline, by_type.is_generic), (None, None, true));
    assert!(function("by_parameter").is_generic);
}

macro_rules! fetchers {
    ($($name:ident $attempts:expr),*) => {
        $(#[retry(max_attempts = $attempts)]
        fn $name() -> Result<u32, Failure> {
            Err(Failure(1))
        })*
    };
}

const ABOVE_MACRO: u32 = line!();
fetchers!(by_macro_once 5, by_macro_twice 9);

#[test]
fn what_a_macro_wrote_is_listed_at_the_macros_call() {
    for (operation, attempts) in [("by_macro_once", 5), ("by_macro_twice", 9)] {
        let found = function(operation);
        assert_eq!(found.line, ABOVE_MACRO + 1);
        assert_eq!(found.policy.unwrap().max_attempts(), Some(attempts));
    }
}

#[retry(crate = reexported::here, max_attempts = unlimited, max_elapsed = "1m")]
fn r#match() -> Result<u32, Failure> {
    Err(Failure(1))
}

mod reexported {
    pub(super) use retry_runtime as here;
}

#[test]
fn a_function_is_listed_through_whatever_path_it_knows_the_crate() {
    let found = function("match");
    assert_eq!(found.policy.unwrap().max_attempts(), None);
    assert_eq!(found.worst_case_delay, Some(Duration::from_secs(60)));
}

#[test]
fn the_list_is_in_the_order_of_places() {
    let functions = inventory();
    assert!(functions.is_sorted_by_key(|function| (function.file, function.line, function.operation)));
    assert!(functions.len() > 15);
}

#[test]
fn a_library_that_the_program_uses_is_listed() {
    let found = function("fetch_in_a_library");
    assert!(found.file.ends_with("listed.rs") && found.module == "retry_tests::listed", "{found:?}");
}
