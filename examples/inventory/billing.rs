//! Payments.

use std::time::Duration;

use retry_runtime::{CircuitBreaker, RetryBudget, RetryPolicy, retry};

use crate::upstream::{Error, Upstream};

static BANK: CircuitBreaker = CircuitBreaker::new("bank").with_consecutive_failures(8);
static PAYMENTS: RetryBudget = RetryBudget::new("payments");

const CAREFUL: RetryPolicy = RetryPolicy::CONSERVATIVE.with_max_elapsed(Duration::from_secs(20));

#[retry(api, service = "bank", budget = PAYMENTS, circuit_breaker = BANK)]
pub(crate) async fn charge(bank: &Upstream, cents: u32) -> Result<u32, Error> {
    bank.answer().map(|receipt| receipt + cents)
}

#[retry(CAREFUL, service = "bank", operation = "refund_payment", budget = PAYMENTS)]
pub(crate) async fn refund(bank: &Upstream, cents: u32) -> Result<u32, Error> {
    bank.answer().map(|receipt| receipt + cents)
}
