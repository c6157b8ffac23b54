use retry_runtime::{RetryBudget, RetryError, retry};
use retry_tests::Failure;

static API: RetryBudget = RetryBudget::new("api");

#[retry(circuit_breaker = API, wrap_error)]
async fn asynchronous() -> Result<u32, RetryError<Failure>> {
    Ok(1)
}

#[retry(circuit_breaker = API, wrap_error)]
fn blocking() -> Result<u32, RetryError<Failure>> {
    Ok(1)
}

fn main() {}
