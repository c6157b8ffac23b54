use retry_runtime::retry;
use retry_tests::Failure;

const BASE: u32 = 2;

#[retry(exponential_base = BASE)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
