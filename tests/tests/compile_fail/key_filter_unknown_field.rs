use retry_runtime::retry;
use retry_tests::Failure;

#[retry(filter = |error| error.is_late())]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
