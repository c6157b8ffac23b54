use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts = attempts())]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = self::count)]
fn fetch_by_argument(count: u32) -> Result<u32, Failure> {
    Ok(count)
}

fn attempts() -> u32 {
    5
}

fn main() {}
