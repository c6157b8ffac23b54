use retry_runtime::retry;
use retry_tests::Failure;

#[retry(jitter = "10%")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(jitter = true)]
fn fetch_bool() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
