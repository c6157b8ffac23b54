use std::sync::atomic::AtomicBool;

use retry_runtime::retry;
use retry_tests::Failure;

static STOP: AtomicBool = AtomicBool::new(false);

#[retry(cancel = STOP)]
async fn asynchronous() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
