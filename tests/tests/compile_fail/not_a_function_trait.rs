use retry_runtime::retry;
use retry_tests::Failure;

#[retry]
trait Fetch {
    fn fetch(&self) -> Result<u32, Failure>;
}

fn main() {}
