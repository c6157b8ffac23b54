use retry_runtime::retry;
use retry_tests::Failure;

#[retry(attempt_timeout = "5s", timeout_error = "too slow")]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
