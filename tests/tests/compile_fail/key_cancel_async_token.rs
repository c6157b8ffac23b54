use retry_runtime::retry;
use retry_tests::Failure;
use tokio_util::sync::CancellationToken;

#[retry(cancel = stop)]
fn fetch(stop: &CancellationToken) -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
