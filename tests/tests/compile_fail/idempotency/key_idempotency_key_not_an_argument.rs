use retry_runtime::retry;

#[retry(operation = "charge", idempotency_key = order.id)]
fn charge(order: u32) -> Result<u32, std::io::Error> {
    Ok(order)
}

#[retry(operation = "send", idempotency_key = id)]
fn send(order: u32) -> Result<u32, std::io::Error> {
    Ok(order)
}

fn main() {}
