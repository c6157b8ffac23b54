use retry_runtime::retry;
use retry_tests::Failure;

#[retry]
fn wrong_value() -> Result<u32, Failure> {
    Ok("1")
}

#[retry]
async fn wrong_error() -> Result<u32, Failure> {
    Err("1")
}

#[retry]
fn wrong_tail() -> Result<u32, Failure> {
    1
}

#[retry]
async fn wrong_conversion() -> Result<u32, Failure> {
    Ok("1".parse::<u32>()?)
}

#[retry]
fn no_tail() -> Result<u32, Failure> {
    let _ = 1;
}

fn main() {}
