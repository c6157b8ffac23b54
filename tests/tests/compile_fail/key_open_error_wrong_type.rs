use retry_runtime::{CircuitBreaker, CircuitOpen, retry};
use retry_tests::Failure;

static LAKE: CircuitBreaker = CircuitBreaker::new("lake");

fn text(open: CircuitOpen) -> String {
    open.to_string()
}

#[retry(circuit_breaker = LAKE, open_error = text)]
async fn by_path() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(circuit_breaker = LAKE, open_error = |open| open.to_string())]
fn by_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(circuit_breaker = LAKE, open_error = || Failure(1))]
async fn of_nothing() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
