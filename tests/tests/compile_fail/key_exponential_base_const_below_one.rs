use retry_runtime::retry;
use retry_tests::Failure;

const BASE: f64 = 0.9;

#[retry(exponential_base = BASE)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(exponential_base = f64::INFINITY)]
fn fetch_infinite() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
