use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_retry_after = "1 fortnight")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
