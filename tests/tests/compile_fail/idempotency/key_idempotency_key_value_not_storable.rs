use retry_runtime::retry;

struct Receipt {
    number: u32,
}

#[retry(operation = "charge", idempotency_key = order)]
fn charge(order: u32) -> Result<Receipt, std::io::Error> {
    Ok(Receipt { number: order })
}

#[retry(operation = "charge_async", idempotency_key = order)]
async fn charge_async(order: u32) -> Result<Receipt, std::io::Error> {
    Ok(Receipt { number: order })
}

fn main() {}
