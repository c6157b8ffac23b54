use std::time::Duration;

use retry_runtime::retry;
use retry_tests::Failure;

const ATTEMPTS: u32 = 0;
const BASE: f64 = 0.5;
const FACTOR: f64 = 2.0;
const INITIAL: Duration = Duration::from_secs(5);

#[retry(
    max_attempts = ATTEMPTS,
    exponential_base = BASE,
    jitter = FACTOR,
    initial_delay = INITIAL,
    max_delay = "1s",
    max_total_delay = "1s"
)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
