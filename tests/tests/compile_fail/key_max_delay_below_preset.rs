use retry_runtime::retry;
use retry_tests::Failure;

#[retry(http, max_delay = "500ms")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
