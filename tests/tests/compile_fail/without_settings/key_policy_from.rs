use retry_runtime::{RetryPolicy, retry};

#[retry(policy_from = RetryPolicy::HTTP.with_max_attempts(attempts))]
fn fetch(attempts: u32) -> Result<(), String> {
    let _ = (attempts, RetryPolicy::HTTP);
    Ok(())
}

fn main() {}
