use retry_runtime::retry;

#[retry(configurable)]
fn alone() -> Result<(), String> {
    Ok(())
}

#[retry(configurable = "no")]
fn text() -> Result<(), String> {
    Ok(())
}

#[retry(configurable(false))]
fn list() -> Result<(), String> {
    Ok(())
}

const OFF: bool = false;

#[retry(configurable = OFF)]
fn constant() -> Result<(), String> {
    Ok(())
}

fn main() {}
