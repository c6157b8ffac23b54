use std::io;

use retry_runtime::retry;

#[retry(circuit_breaker)]
async fn fetch() -> io::Result<u32> {
    Ok(1)
}

fn main() {}
