use retry_runtime::retry;
use retry_tests::Failure;

fn always() -> bool {
    true
}

#[retry(filter = always)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter = |error, attempt| attempt < 3)]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
