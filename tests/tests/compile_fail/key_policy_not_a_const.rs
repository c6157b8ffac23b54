use retry_runtime::{RetryPolicy, retry};
use retry_tests::Failure;

static PAYMENTS: RetryPolicy = RetryPolicy::AGGRESSIVE;

fn payments() -> RetryPolicy {
    PAYMENTS
}

#[retry(policy = self::payments)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
