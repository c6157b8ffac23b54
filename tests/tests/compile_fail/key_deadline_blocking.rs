use retry_runtime::{Elapsed, retry};
use retry_tests::Failure;

fn late(_: Elapsed) -> Failure {
    Failure(1)
}

#[retry(deadline = "30s", timeout_error = late)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
