use retry_runtime::retry;
use retry_tests::Failure;

struct Cache {
    value: u32,
}

impl Cache {
    #[retry]
    fn entry(&mut self) -> Result<&mut u32, Failure> {
        Ok(&mut self.value)
    }

    #[retry]
    async fn entry_async(&mut self) -> Result<&u32, Failure> {
        Ok(&self.value)
    }
}

#[retry]
fn entry<'a>(cache: &'a mut Cache, _key: &str) -> Result<&'a mut u32, Failure> {
    Ok(&mut cache.value)
}

fn main() {}
