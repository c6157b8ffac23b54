use retry_runtime::retry;
use retry_tests::Failure;

fn is_late(error: Failure) -> bool {
    error.0 > 1
}

#[retry(filter = is_late)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter = |error: Failure| error.0 > 1)]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
