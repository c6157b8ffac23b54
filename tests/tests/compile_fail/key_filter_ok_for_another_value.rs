use retry_runtime::retry;
use retry_tests::Failure;

fn is_pending(state: &str) -> bool {
    state == "pending"
}

#[retry(filter_ok = is_pending)]
fn poll() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(filter_ok = |state: &str| state == "pending")]
fn poll_closure() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
