use retry_runtime::retry;

#[retry(span = "fetch")]
fn text() -> Result<(), String> {
    Ok(())
}

#[retry(span(fetch))]
fn list() -> Result<(), String> {
    Ok(())
}

#[retry(span = tracing::info_span!("fetch"))]
async fn made() -> Result<(), String> {
    Ok(())
}

const ON: bool = true;

#[retry(span = ON)]
fn constant() -> Result<(), String> {
    Ok(())
}

fn main() {}
