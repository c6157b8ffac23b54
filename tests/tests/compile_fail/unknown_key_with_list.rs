use retry_runtime::retry;
use retry_tests::Failure;

#[retry(clones(a))]
fn fetch(a: u32) -> Result<u32, Failure> {
    Ok(a)
}

fn main() {}
