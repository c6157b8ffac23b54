use retry_runtime::{retry, retry as again};
use retry_tests::Failure;

#[retry(max_attempts = 3)]
#[again(max_attempts = 3)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
