use retry_runtime::{RetryPolicy, retry};
use retry_tests::Failure;

const NEVER: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(0);

#[retry(policy = NEVER)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
