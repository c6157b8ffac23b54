use retry_runtime::{RetryError, retry};
use retry_tests::Failure;

#[retry(wrap_error = true)]
fn fetch() -> Result<u32, RetryError<Failure>> {
    Ok(1)
}

#[retry(wrap_error(Failure))]
fn fetch_list() -> Result<u32, RetryError<Failure>> {
    Ok(1)
}

fn main() {}
