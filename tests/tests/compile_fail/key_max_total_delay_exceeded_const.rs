use std::time::Duration;

use retry_runtime::{RetryPolicy, retry};
use retry_tests::Failure;

const LIMIT: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 5;
const PAYMENTS: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(5);

#[retry(max_attempts = 5, max_total_delay = LIMIT)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = ATTEMPTS, max_total_delay = "1s")]
fn fetch_attempts() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(PAYMENTS, max_total_delay = "1s")]
fn fetch_policy() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
