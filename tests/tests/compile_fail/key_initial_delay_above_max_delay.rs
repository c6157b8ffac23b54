use retry_runtime::retry;
use retry_tests::Failure;

#[retry(initial_delay = "5s", max_delay = "1s")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
