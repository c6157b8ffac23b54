use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts(5))]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
