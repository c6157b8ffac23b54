use retry_runtime::retry;
use retry_tests::Failure;

fn blocking(_: Failure) -> Result<u32, Failure> {
    Ok(0)
}

async fn asynchronous(_: Failure) -> Result<u32, Failure> {
    Ok(0)
}

#[retry(fallback = blocking)]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(fallback = |_| Ok(0))]
async fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(fallback = asynchronous)]
fn fetch_blocking() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
