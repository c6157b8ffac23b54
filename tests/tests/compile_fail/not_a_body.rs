use retry_runtime::retry;
use retry_tests::Failure;

trait Fetch {
    #[retry]
    fn fetch(&self) -> Result<u32, Failure>;

    #[retry]
    async fn fetch_async(&self) -> Result<u32, Failure>;
}

fn main() {}
