use retry_runtime::retry;
use retry_tests::Failure;

#[retry(policy = PAYMENTS)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
