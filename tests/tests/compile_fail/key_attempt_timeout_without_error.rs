use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_attempts = 4, attempt_timeout = "5s")]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
