use retry_runtime::{CircuitBreaker, retry};
use retry_tests::Failure;

static API: u32 = 20;
static LAKE: CircuitBreaker = CircuitBreaker::new("lake");

#[retry(budget = API)]
async fn asynchronous() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(budget = LAKE)]
fn blocking() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
