use retry_runtime::retry;
use retry_tests::Failure;

struct Client;

impl Client {
    #[retry(max_attempts = 0)]
    fn first(&self) -> Result<u32, Failure> {
        Ok(1)
    }

    #[retry(backoff = linaer)]
    async fn second(&self) -> Result<u32, Failure> {
        Ok(2)
    }

    #[retry]
    fn third(&self) {}
}

fn main() {
    let _ = (Client.first(), Client.second(), Client.third());
}
