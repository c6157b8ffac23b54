use retry_runtime::retry;
use retry_tests::Failure;

#[retry(context = cx)]
fn fetch() -> Result<u32, Failure> {
    Ok(cx.attempts())
}

fn main() {}
