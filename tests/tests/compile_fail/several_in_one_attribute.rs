use retry_runtime::retry;
use retry_tests::Failure;

#[retry(agressive, max_attempts = 0, initial_delay = 5, colour = red, jitter = 2, filter = 7, clone(b), jitter = none)]
fn fetch(a: u32) -> Result<u32, Failure> {
    Ok(a)
}

fn main() {}
