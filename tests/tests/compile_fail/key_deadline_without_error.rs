use retry_runtime::retry;
use retry_tests::Failure;

#[retry(deadline = "5s")]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(deadline_from = end)]
async fn until<E>(end: std::time::Instant) -> Result<u32, E> {
    Ok(1)
}

fn main() {}
