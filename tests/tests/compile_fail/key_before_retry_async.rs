use retry_runtime::{Context, retry};
use retry_tests::Failure;

fn blocking(_: Context<'_>) {}

async fn asynchronous(_: Context<'_>) {}

#[retry(before_retry = blocking)]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(before_retry = |_| ())]
async fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(before_retry = asynchronous)]
fn fetch_blocking() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
