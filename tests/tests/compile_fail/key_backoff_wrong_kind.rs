use retry_runtime::retry;
use retry_tests::Failure;

#[retry(backoff = 2.0)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(backoff = |attempt, initial| initial * attempt)]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
