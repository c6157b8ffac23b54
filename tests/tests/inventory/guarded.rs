//! Budgets and circuit breakers that are a `static` are shown beside the counts of the functions that name them.
#![allow(unused_qualifications, reason = "paths of each kind")]

use std::sync::{Arc, LazyLock};

use retry_runtime::{CircuitBreaker, CircuitState, RetryBudget, retry};
use retry_tests::{Failure, Flaky};

use crate::counted;

mod limits {
    use retry_runtime::{CircuitBreaker, RetryBudget};

    pub(crate) static LAKE: CircuitBreaker = CircuitBreaker::new("lake").with_consecutive_failures(2);
    pub(crate) static API: RetryBudget = RetryBudget::token_bucket("api");
}

#[retry(
    max_attempts = 2,
    initial_delay = "0s",
    budget = limits::API,
    circuit_breaker = crate::guarded::limits::LAKE,
    open_error = |_| Failure(0),
)]
fn guarded(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn guards_are_shown_as_they_are_now() {
    let before = counted("guarded");
    assert_eq!(before.budget.unwrap().balance, 500);
    assert_eq!(before.circuit_breaker.unwrap().state, CircuitState::Closed);

    assert_eq!(guarded(&Flaky::failing(2)), Err(Failure(2)));
    assert_eq!(guarded(&Flaky::failing(0)), Err(Failure(0)), "refused");
    let after = counted("guarded");
    let (budget, breaker) = (after.budget.unwrap(), after.circuit_breaker.unwrap());
    assert_eq!((budget.name, budget.balance), ("api", 486));
    assert_eq!((breaker.name, breaker.state), ("lake", CircuitState::Open));
    assert_eq!((after.attempts, after.retries), (2, 1), "the refused attempt was not made");
    assert_eq!((after.failures_exhausted, after.failures_other, after.successes), (1, 1, 0));
    assert_eq!(after.last_error_type, Some("circuit_open"));
}

static LAZY: LazyLock<Arc<RetryBudget>> = LazyLock::new(|| Arc::new(RetryBudget::new("lazy")));

#[retry(budget = &self::LAZY)]
fn lazily_guarded() -> Result<u32, Failure> {
    Ok(1)
}

macro_rules! guarded_by {
    ($name:ident, $budget:expr) => {
        #[retry(budget = $budget)]
        fn $name() -> Result<u32, Failure> {
            Ok(1)
        }
    };
}

guarded_by!(guarded_by_macro, limits::API);

#[test]
fn guards_that_lead_to_another_are_shown() {
    assert!(lazily_guarded().is_ok() && guarded_by_macro().is_ok());
    assert_eq!(counted("lazily_guarded").budget.unwrap().name, "lazy");
    assert_eq!(counted("guarded_by_macro").budget.unwrap().name, "api");
}

trait Limited {
    const ATTEMPTS: u32;
    const BUDGET: &'static RetryBudget;

    #[retry(max_attempts = Self::ATTEMPTS, operation = "generic_and_guarded", budget = limits::API)]
    fn generic(&self) -> Result<u32, Failure> {
        Ok(1)
    }

    #[retry(budget = Self::BUDGET)]
    fn by_type(&self) -> Result<u32, Failure> {
        Ok(1)
    }
}

struct Client<T: Limited> {
    limited: T,
    budget: RetryBudget,
    breaker: CircuitBreaker,
}

impl<T: Limited> Client<T> {
    #[retry(
        budget = self.budget,
        circuit_breaker = self.breaker,
        open_error = |_| Failure(0),
    )]
    fn by_field(&self) -> Result<u32, Failure> {
        self.limited.by_type()
    }

    #[retry(budget = T::BUDGET)]
    fn by_type_parameter(&self) -> Result<u32, Failure> {
        self.limited.generic()
    }

    #[retry(budget = BUDGET)]
    #[expect(non_snake_case, reason = "an argument that looks like a static")]
    fn by_argument(&self, BUDGET: &RetryBudget) -> Result<u32, Failure> {
        self.by_type_parameter()
    }
}

impl Limited for Flaky {
    const ATTEMPTS: u32 = 2;
    const BUDGET: &'static RetryBudget = &limits::API;
}

#[test]
fn guards_that_are_not_plainly_a_static_are_not_shown() {
    let client = Client {
        limited: Flaky::failing(0),
        budget: RetryBudget::new("field"),
        breaker: CircuitBreaker::new("field"),
    };
    assert!(client.by_field().is_ok() && client.by_argument(&limits::API).is_ok());
    for operation in ["by_field", "by_type", "by_type_parameter", "by_argument"] {
        let found = counted(operation);
        assert_eq!((found.attempts, found.budget, found.circuit_breaker), (1, None, None), "{operation}");
    }
}

#[test]
fn the_guard_of_a_generic_function_is_shown() {
    assert_eq!(counted("generic_and_guarded").budget.unwrap().name, "api");
}
