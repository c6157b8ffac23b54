use std::sync::Mutex;

use retry_runtime::{AdaptiveRate, retry};
use retry_tests::Failure;

#[retry(adaptive = true)]
async fn asynchronous() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(adaptive = rate)]
fn blocking(rate: &Mutex<AdaptiveRate>) -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
