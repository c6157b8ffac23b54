use retry_runtime::retry;
use retry_tests::Failure;

#[retry(exponential_base = 0.5)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(exponential_base = -2)]
fn fetch_negative() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
