use retry_runtime::retry;
use retry_tests::Failure;

const MILLIS: u64 = 100;

#[retry(initial_delay = MILLIS)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
