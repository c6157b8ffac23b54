use retry_runtime::{RetryError, retry};
use retry_tests::Failure;

#[retry]
fn fetch(ok: bool) -> Result<u32, RetryError<Failure>> {
    if ok { Ok(1) } else { Err(Failure(1)) }
}

fn main() {}
