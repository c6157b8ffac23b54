use retry_runtime::retry;
use retry_tests::Failure;

#[retry(initial_delay = 100)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(initial_delay = 0.5)]
fn fetch_fraction() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(initial_delay = -5)]
fn fetch_negative() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
