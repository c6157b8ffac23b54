use retry_runtime::retry;
use retry_tests::Failure;

struct Request(u32);

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Clone for Request {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl Request {
    #[retry(clone(self))]
    fn send(mut self) -> Result<String, Failure> {
        self.0 += 1;
        Ok(format!("{self}"))
    }
}

fn main() {}
