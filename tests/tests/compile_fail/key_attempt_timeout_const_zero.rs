use std::time::Duration;

use retry_runtime::retry;

const NONE: Duration = Duration::ZERO;

#[retry(attempt_timeout = NONE)]
async fn fetch() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
