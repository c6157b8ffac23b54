use retry_runtime::{RetryPolicy, retry};
use retry_tests::Failure;

const PAYMENTS: RetryPolicy = RetryPolicy::CONSERVATIVE.with_max_attempts(4);

#[retry(PAYMENTS, max_attempts = unlimited)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
