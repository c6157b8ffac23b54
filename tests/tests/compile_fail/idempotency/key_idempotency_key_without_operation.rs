use retry_runtime::retry;

#[retry(idempotency_key = order)]
fn charge(order: u32) -> Result<u32, std::io::Error> {
    Ok(order)
}

fn main() {}
