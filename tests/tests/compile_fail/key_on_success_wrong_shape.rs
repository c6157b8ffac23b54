use retry_runtime::{Event, retry};
use retry_tests::Failure;

fn with_value(_: &Event<'_, Failure>, _: u32) {}

#[retry(on_success = with_value)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(on_success = |event, value| ())]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
