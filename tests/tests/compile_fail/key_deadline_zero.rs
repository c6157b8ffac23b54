use std::time::Duration;

use retry_runtime::retry;

const NONE: Duration = Duration::ZERO;

#[retry(deadline = "0ms")]
async fn written() -> std::io::Result<u32> {
    Ok(1)
}

#[retry(deadline = NONE)]
async fn constant() -> std::io::Result<u32> {
    Ok(1)
}

#[retry(deadline = NONE, max_attempts = unlimited)]
async fn unlimited() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
