use retry_runtime::retry;
use retry_tests::Failure;

#[retry(jitter = 1.5)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(jitter = -0.1)]
fn fetch_negative() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
