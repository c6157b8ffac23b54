use retry_runtime::{CircuitBreaker, retry};
use retry_tests::Failure;

static LAKE: CircuitBreaker = CircuitBreaker::new("lake");

#[retry(circuit_breaker = LAKE, open_error = "closed for repairs")]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
