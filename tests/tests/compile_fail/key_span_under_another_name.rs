use retry_runtime::retry;

#[retry(trace = true)]
fn traced() -> Result<(), String> {
    Ok(())
}

#[retry(span, span = false)]
fn twice() -> Result<(), String> {
    Ok(())
}

fn main() {}
