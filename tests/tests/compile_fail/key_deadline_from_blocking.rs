use std::time::Instant;

use retry_runtime::retry;

#[retry(deadline_from = end)]
fn fetch(end: Instant) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
