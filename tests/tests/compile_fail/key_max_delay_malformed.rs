use retry_runtime::retry;
use retry_tests::Failure;

#[retry(max_delay = "1m30s")]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_delay = "soon")]
fn fetch_soon() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_delay = "")]
fn fetch_empty() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_delay = "1.2.3s")]
fn fetch_dots() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_delay = "10")]
fn fetch_without_unit() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
