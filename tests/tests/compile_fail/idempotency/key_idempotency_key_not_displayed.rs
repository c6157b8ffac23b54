use retry_runtime::retry;

struct Order {
    id: u32,
}

#[retry(operation = "charge", idempotency_key = order)]
fn charge(order: &Order) -> Result<u32, std::io::Error> {
    Ok(order.id)
}

#[retry(operation = "charge_async", idempotency_key = Some(order.id))]
async fn charge_async(order: &Order) -> Result<u32, std::io::Error> {
    Ok(order.id)
}

fn main() {}
