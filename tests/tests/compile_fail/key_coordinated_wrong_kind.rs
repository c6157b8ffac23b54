use retry_runtime::retry;

#[retry(coordinated)]
fn alone() -> Result<(), String> {
    Ok(())
}

#[retry(coordinated = "no")]
fn text() -> Result<(), String> {
    Ok(())
}

#[retry(coordinated(false))]
fn list() -> Result<(), String> {
    Ok(())
}

const OFF: bool = false;

#[retry(coordinated = OFF)]
fn constant() -> Result<(), String> {
    Ok(())
}

fn main() {}
