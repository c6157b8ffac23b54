use retry_runtime::retry;

#[retry(policy_from)]
fn alone() -> Result<(), String> {
    Ok(())
}

#[retry(policy_from(policy))]
fn list() -> Result<(), String> {
    Ok(())
}

#[retry(policy_from = )]
fn missing() -> Result<(), String> {
    Ok(())
}

fn main() {}
