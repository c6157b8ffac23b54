use std::io;

use retry_runtime::{CircuitBreaker, retry};

struct Client {
    breaker: CircuitBreaker,
    calls: u32,
}

impl Client {
    #[retry(circuit_breaker = self.breaker)]
    async fn asynchronous(&mut self) -> io::Result<u32> {
        self.count();
        Ok(self.calls)
    }

    #[retry(circuit_breaker = self.breaker)]
    fn blocking(&mut self) -> io::Result<u32> {
        self.count();
        Ok(self.calls)
    }

    fn count(&mut self) {
        self.calls += 1;
    }
}

fn main() {}
