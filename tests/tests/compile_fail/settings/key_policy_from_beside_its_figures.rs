use retry_runtime::{RetryPolicy, retry};

#[retry(
    policy_from = policy,
    max_attempts = 3,
    initial_delay = "1s",
    max_delay = "5s",
    backoff = linear,
    exponential_base = 3.0,
    jitter = full,
    max_elapsed = "1m",
    max_retry_after = "1m",
    max_total_delay = "1m"
)]
fn all(policy: RetryPolicy) -> Result<(), String> {
    let _ = policy;
    Ok(())
}

#[retry(policy_from = policy, max_attempts = unlimited)]
fn unlimited(policy: RetryPolicy) -> Result<(), String> {
    let _ = policy;
    Ok(())
}

fn main() {}
