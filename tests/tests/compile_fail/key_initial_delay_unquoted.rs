use retry_runtime::retry;
use retry_tests::Failure;

#[retry(initial_delay = 100ms)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
