use retry_runtime::{Event, retry};
use retry_tests::Failure;

struct Timeout;

fn nothing() {}

fn another(_: &Event<'_, Timeout>) {}

fn counted(event: &Event<'_, Failure>) -> u32 {
    event.attempt
}

#[retry(on_retry = nothing)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(on_retry = another)]
fn fetch_another() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(on_retry = counted)]
fn fetch_counted() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
