use retry_runtime::retry;
use retry_tests::Failure;

fn alert(_: &Failure) {}

#[retry(on_give_up = alert)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(on_give_up = "alert")]
fn fetch_text() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
