use retry_runtime::retry;
use retry_tests::Failure;

#[retry(open_error = |_| Failure(1))]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
