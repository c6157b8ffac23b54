use retry_runtime::retry;
use retry_tests::Failure;


#[retry(service = 5)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(service = 5)]
fn fetch_number() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
