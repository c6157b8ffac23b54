use retry_runtime::retry;
use retry_tests::Failure;

fn count(error: &Failure) -> u32 {
    error.0
}

#[retry(filter = count)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter = |error| error.0)]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter = |error| { error.0; })]
async fn fetch_async() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
