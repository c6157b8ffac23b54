use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts = unlimted, max_elapsed = "1m")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
