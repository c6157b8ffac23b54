use retry_runtime::retry;
use retry_tests::Failure;

struct Request(String);

impl Request {
    fn finish(self) -> Result<u32, Failure> {
        Err(Failure(self.0.len() as u32))
    }

    #[retry]
    fn send(self) -> Result<u32, Failure> {
        self.finish()
    }

    #[retry]
    async fn send_async(self) -> Result<u32, Failure> {
        self.finish()
    }
}

fn main() {}
