use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_elapsed = true)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_elapsed = || 5)]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
