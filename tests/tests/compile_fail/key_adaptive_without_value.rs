use retry_runtime::retry;
use retry_tests::Failure;

#[retry(adaptive)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
