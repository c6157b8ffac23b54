use retry_runtime::retry;
use retry_tests::Failure;

#[retry(wrap_error)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(wrap_error)]
async fn fetch_async() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
