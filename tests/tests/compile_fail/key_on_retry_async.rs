use retry_runtime::{Event, retry};
use retry_tests::Failure;

async fn report(_: &Event<'_, Failure>) {}

#[retry(on_retry = report)]
async fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
