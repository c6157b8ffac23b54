use retry_runtime::retry;

#[retry(operation = "charge", idempotency_key = order, conflict_error = |conflict| 5)]
fn charge(order: u32) -> Result<u32, String> {
    Ok(order)
}

fn busy() -> String {
    "busy".to_owned()
}

#[retry(operation = "send", idempotency_key = order, conflict_error = busy)]
async fn send(order: u32) -> Result<u32, String> {
    Ok(order)
}

fn main() {}
