use std::time::Duration;

use retry_runtime::retry;
use retry_tests::Failure;

fn by_millis(_: u64) {}

async fn by_millis_async(_: u64) {}

fn counted(_: Duration) -> u32 {
    1
}

#[retry(sleep = by_millis)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(sleep = counted)]
fn fetch_counted() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(sleep = by_millis_async)]
async fn fetch_async() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
