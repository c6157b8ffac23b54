use retry_runtime::{RetryPolicy, retry};

#[retry(http, policy_from = policy)]
fn first_word(policy: RetryPolicy) -> Result<(), String> {
    let _ = policy;
    Ok(())
}

#[retry(policy_from = policy, policy = RetryPolicy::HTTP)]
async fn named(policy: RetryPolicy) -> Result<(), String> {
    let _ = policy;
    Ok(())
}

fn main() {}
