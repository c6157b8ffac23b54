use std::time::Duration;

use retry_runtime::retry;
use retry_tests::Failure;

const SLOW: Duration = Duration::from_secs(5);
const FAST: Duration = Duration::from_secs(1);

#[retry(initial_delay = SLOW, max_delay = FAST)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(initial_delay = "5s", max_delay = Duration::from_millis(1))]
fn fetch_mixed() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
