use std::io;

use retry_runtime::{CircuitBreaker, retry};

static LAKE: CircuitBreaker = CircuitBreaker::new("lake");

#[retry(breaker = LAKE)]
async fn fetch() -> io::Result<u32> {
    Ok(1)
}

fn main() {}
