use std::time::Duration;

use retry_runtime::retry;

#[retry(deadline_from = left)]
async fn fetch(left: Duration) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
