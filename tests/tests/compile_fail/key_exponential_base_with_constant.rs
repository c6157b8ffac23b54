use retry_runtime::retry;
use retry_tests::Failure;

#[retry(backoff = constant, exponential_base = 2.0)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
