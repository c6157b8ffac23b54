use retry_runtime::retry;
use retry_tests::Failure;

const ATTEMPTS: u32 = 0;

#[retry(max_attempts = ATTEMPTS)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = ATTEMPTS * 2)]
fn fetch_expression() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
