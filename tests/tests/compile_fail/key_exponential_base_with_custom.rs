use std::time::Duration;

use retry_runtime::{RetryPolicy, retry};
use retry_tests::Failure;

const ATTEMPTS: u32 = 4;
const PAYMENTS: RetryPolicy = RetryPolicy::AGGRESSIVE;

fn steps(attempt: u32, initial: Duration) -> Duration {
    initial * attempt
}

#[retry(backoff = self::steps, exponential_base = 2.0)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = ATTEMPTS, backoff = linear, exponential_base = 2.0)]
fn fetch_const() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(PAYMENTS, backoff = fibonacci, exponential_base = 2.0)]
fn fetch_policy() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
