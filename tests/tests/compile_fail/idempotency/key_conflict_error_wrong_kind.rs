use retry_runtime::retry;

#[retry(operation = "charge", idempotency_key = order, conflict_error = "busy")]
fn charge(order: u32) -> Result<u32, String> {
    Ok(order)
}

fn main() {}
