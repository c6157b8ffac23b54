use retry_runtime::retry;
use retry_tests::Failure;

const ATTEMPTS: u32 = 5;

#[retry(ATTEMPTS)]
fn fetch() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(policy = ATTEMPTS, max_delay = "20s")]
fn fetch_changed() -> Result<u32, Failure> {
    Ok(1)
}

fn main() {}
