use retry_runtime::{RetryBudget, retry};
use retry_tests::Failure;

static API: RetryBudget = RetryBudget::new("api");

#[retry(retry_budget = API)]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
