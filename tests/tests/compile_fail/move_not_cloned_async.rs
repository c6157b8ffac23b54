use retry_runtime::retry;
use retry_tests::Failure;

async fn send(body: Vec<u8>) -> Result<u32, Failure> {
    Err(Failure(body.len() as u32))
}

#[retry]
async fn post(body: Vec<u8>) -> Result<u32, Failure> {
    send(body).await
}

fn main() {}
