use retry_runtime::retry;
use retry_tests::Failure;

#[retry(on_retry = || ())]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(on_retry = |event| event.attempt)]
fn fetch_counted() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(on_retry = |event| println!("{}", event.number))]
fn fetch_field() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
