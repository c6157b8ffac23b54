use std::time::Instant;

use retry_runtime::retry;

#[retry(deadline_from = end, max_attempts = unlimited)]
async fn fetch(end: Option<Instant>) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
