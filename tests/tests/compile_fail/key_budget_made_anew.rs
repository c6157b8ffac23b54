use retry_runtime::{AdaptiveRate, CircuitBreaker, RetryBudget, retry};
use retry_tests::Failure;

fn main() {}

#[retry(budget = RetryBudget::new("api").with_ratio(0.1))]
fn charged() -> Result<(), Failure> {
    Err(Failure(1))
}

#[retry(circuit_breaker = &retry_runtime::CircuitBreaker::new("lake"), adaptive = AdaptiveRate::new("api"))]
fn guarded() -> std::io::Result<()> {
    let _ = CircuitBreaker::new("used");
    Ok(())
}
