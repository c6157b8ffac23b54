use retry_runtime::retry;
use retry_tests::Failure;

fn send(body: String) -> Result<u32, Failure> {
    Err(Failure(body.len() as u32))
}

#[retry]
fn post(body: String) -> Result<u32, Failure> {
    send(body)
}

fn main() {}
