use retry_runtime::retry;
use retry_tests::Failure;

#[retry(clone())]
fn fetch(id: u32) -> Result<u32, Failure> {
    Ok(id)
}

#[retry(clone)]
fn fetch_flag(id: u32) -> Result<u32, Failure> {
    Ok(id)
}

#[retry(clone = id)]
fn fetch_value(id: u32) -> Result<u32, Failure> {
    Ok(id)
}

#[retry(clone(&id))]
fn fetch_borrow(id: u32) -> Result<u32, Failure> {
    Ok(id)
}

fn main() {}
