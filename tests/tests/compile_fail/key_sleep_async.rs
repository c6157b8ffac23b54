use std::time::Duration;

use retry_runtime::retry;
use retry_tests::Failure;

fn blocking(_: Duration) {}

async fn asynchronous(_: Duration) {}

#[retry(sleep = blocking)]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(sleep = asynchronous)]
fn fetch_blocking() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
