use retry_runtime::retry;
use retry_tests::Failure;

fn next(value: &u32) -> u32 {
    value + 1
}

#[retry(filter_ok = next)]
fn poll() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter_ok = |value| value + 1)]
fn poll_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
