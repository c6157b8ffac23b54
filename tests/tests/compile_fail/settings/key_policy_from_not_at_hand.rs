use retry_runtime::{RetryPolicy, retry};

async fn look_up(_: &str) -> RetryPolicy {
    RetryPolicy::HTTP
}

#[retry(policy_from = look_up(tenant))]
async fn not_awaited(tenant: &str) -> Result<(), String> {
    Ok(())
}

#[retry(policy_from = RetryPolicy::HTTP.with_max_attempts(text.parse()?))]
fn fallible(text: &str) -> Result<(), std::num::ParseIntError> {
    Ok(())
}

#[retry(policy_from = policies.of(tenant))]
fn not_found(tenant: &str) -> Result<(), String> {
    Ok(())
}

fn main() {}
