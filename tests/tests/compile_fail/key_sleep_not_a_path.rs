use retry_runtime::retry;
use retry_tests::Failure;

#[retry(sleep = "1s")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(sleep = |_| ())]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
