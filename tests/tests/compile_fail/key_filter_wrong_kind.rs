use retry_runtime::retry;
use retry_tests::Failure;

#[retry(filter = "502")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
