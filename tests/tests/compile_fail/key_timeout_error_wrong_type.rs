use retry_runtime::{Elapsed, retry};
use retry_tests::Failure;

fn text(elapsed: Elapsed) -> String {
    elapsed.to_string()
}

#[retry(attempt_timeout = "5s", timeout_error = text)]
async fn by_path() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(attempt_timeout = "5s", timeout_error = |elapsed| elapsed.to_string())]
async fn by_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(attempt_timeout = "5s", timeout_error = || Failure(1))]
async fn of_nothing() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
