use retry_runtime::retry;
use retry_tests::Failure;

struct Client;

#[retry(max_attempts = 5)]
impl Client {
    fn fetch(&self) -> Result<u32, Failure> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.fetch();
}
