use std::time::Duration;

use retry_runtime::retry;
use retry_tests::Failure;

fn steps(attempt: u32) -> Duration {
    Duration::from_secs(attempt.into())
}

#[retry(backoff = self::steps)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
