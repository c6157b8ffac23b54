use retry_runtime::retry;
use retry_tests::Failure;

fn reconnect() {}

#[retry(before_retry = reconnect)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(before_retry = || ())]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
