use retry_runtime::retry;
use retry_tests::Failure;

#[retry(clone(id, id))]
fn fetch(id: u32) -> Result<u32, Failure> {
    Ok(id)
}

fn main() {}
