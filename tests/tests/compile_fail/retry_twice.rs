use retry_runtime::retry;
use retry_tests::Failure;

#[retry]
#[retry(max_attempts = 5)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry_runtime::retry(aggressive)]
/// Documented.
#[retry_runtime::retry(aggressive)]
async fn fetch_async() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
