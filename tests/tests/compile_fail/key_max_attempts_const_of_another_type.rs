use retry_runtime::retry;
use retry_tests::Failure;

const ATTEMPTS: usize = 5;

#[retry(max_attempts = ATTEMPTS)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
