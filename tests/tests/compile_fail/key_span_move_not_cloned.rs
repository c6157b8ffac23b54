use retry_runtime::retry;

async fn send(body: Vec<u8>) -> Result<u32, String> {
    Ok(body.len() as u32)
}

#[retry(span)]
async fn post(body: Vec<u8>) -> Result<u32, String> {
    send(body).await
}

fn main() {}
