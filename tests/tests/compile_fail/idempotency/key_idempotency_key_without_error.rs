use retry_runtime::retry;

#[derive(Debug)]
struct Declined;

#[retry(operation = "charge", idempotency_key = order)]
fn charge(order: u32) -> Result<u32, Declined> {
    Err(Declined)
}

#[retry(operation = "charge_async", idempotency_key = order)]
async fn charge_async(order: u32) -> Result<u32, Declined> {
    Err(Declined)
}

fn main() {}
