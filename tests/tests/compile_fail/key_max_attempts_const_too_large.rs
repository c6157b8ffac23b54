use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts = u32::MAX)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
