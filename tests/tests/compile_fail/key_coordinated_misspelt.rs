use retry_runtime::retry;

#[retry(coordinted = false)]
fn misspelt() -> Result<(), String> {
    Ok(())
}

#[retry(coordination_enabled = false)]
fn called_otherwise() -> Result<(), String> {
    Ok(())
}

fn main() {}
