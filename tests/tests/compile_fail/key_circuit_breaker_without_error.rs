use retry_runtime::{CircuitBreaker, retry};
use retry_tests::Failure;

static LAKE: CircuitBreaker = CircuitBreaker::new("lake");

#[retry(max_attempts = 4, circuit_breaker = LAKE)]
async fn asynchronous() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = 4, circuit_breaker = LAKE)]
fn blocking() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
