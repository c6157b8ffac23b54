use retry_runtime::retry;

#[retry(operation = "charge", idempotency_key = order, conflict_error = |_| "busy".to_owned())]
fn charge(order: u32) -> Result<u32, String> {
    Ok(order)
}

fn main() {}
