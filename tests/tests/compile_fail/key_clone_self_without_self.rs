use retry_runtime::retry;
use retry_tests::Failure;

#[retry(clone(self))]
fn fetch(id: u32) -> Result<u32, Failure> {
    Ok(id)
}

fn main() {}
