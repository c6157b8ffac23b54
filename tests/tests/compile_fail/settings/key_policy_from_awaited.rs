use retry_runtime::{RetryPolicy, retry};

async fn look_up(_: &str) -> RetryPolicy {
    RetryPolicy::HTTP
}

#[retry(policy_from = look_up(tenant).await)]
async fn fetch(tenant: &str) -> Result<(), String> {
    drop(look_up(tenant));
    Ok(())
}

fn main() {}
