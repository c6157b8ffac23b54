use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts = , jitter = none)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
