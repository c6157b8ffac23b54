use retry_runtime::retry;
use retry_tests::Failure;

#[retry(crate = ::resilience)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
