use retry_runtime::{Context, retry};
use retry_tests::Failure;

struct Timeout;

fn count(cx: Context<'_>) -> u32 {
    cx.attempt()
}

fn reconnect(_: Context<'_>) -> Result<(), Timeout> {
    Ok(())
}

#[retry(before_retry = count)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(before_retry = |cx| cx.attempt())]
fn fetch_closure() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(before_retry = reconnect)]
fn fetch_another_error() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
