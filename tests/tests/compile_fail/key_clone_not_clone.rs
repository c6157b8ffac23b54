use retry_runtime::retry;
use retry_tests::Failure;

struct Request;

fn send(_: Request) -> Result<u32, Failure> {
    Ok(1)
}

#[retry(clone(request))]
fn fetch(request: Request) -> Result<u32, Failure> {
    send(request)
}

struct Client;

impl Client {
    #[retry(clone(self))]
    async fn close(self) -> Result<u32, Failure> {
        drop(self);
        Ok(1)
    }
}

fn main() {}
