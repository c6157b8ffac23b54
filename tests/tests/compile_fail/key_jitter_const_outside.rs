use retry_runtime::retry;
use retry_tests::Failure;

const PERCENT: f64 = 10.0;

#[retry(jitter = PERCENT)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
