use retry_runtime::retry;

#[retry(configureable = false)]
fn misspelt() -> Result<(), String> {
    Ok(())
}

#[retry(overridable = false)]
fn called_otherwise() -> Result<(), String> {
    Ok(())
}

fn main() {}
