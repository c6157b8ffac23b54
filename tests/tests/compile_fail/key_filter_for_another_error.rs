use retry_runtime::retry;
use retry_tests::Failure;

struct Timeout;

fn is_late(_: &Timeout) -> bool {
    true
}

#[retry(filter = is_late)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter = |error: &Timeout| is_late(error))]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter = is_late)]
async fn fetch_async() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
