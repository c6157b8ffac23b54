use retry_runtime::retry;
use retry_tests::Failure;

#[retry(jitter = decorrelated, backoff = linear)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(exponential_base = 3, jitter = decorrelated)]
fn fetch_base() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
