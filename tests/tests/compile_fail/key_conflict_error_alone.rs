use retry_runtime::retry;

#[retry(operation = "charge", conflict_error = |_| "busy".to_owned())]
fn charge(order: u32) -> Result<u32, String> {
    Ok(order)
}

fn main() {}
