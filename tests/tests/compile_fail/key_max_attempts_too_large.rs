use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts = 1_000_001)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = 5_000_000_000)]
fn fetch_beyond_32_bits() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
