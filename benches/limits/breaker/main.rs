//! `#[retry]` of retry-runtime with a `CircuitBreaker` that opens when every call of the last ten seconds failed.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Failure, Own, is_transient},
};
use retry_runtime::{CircuitBreaker, CircuitOpen, retry};

static BREAKER: CircuitBreaker = CircuitBreaker::new("breaker").with_failure_rate(1.0);

#[retry(
    max_attempts = 2,
    initial_delay = "0s",
    filter = is_transient,
    circuit_breaker = BREAKER,
    open_error = |_: CircuitOpen| Failure::Denied,
)]
fn call(work: &mut Own) -> Result<u64, Failure> {
    work.operation()
}

fn main() -> ExitCode {
    Contestant::from_arguments().contended("breaker", (), |(), work| call(work)).exit()
}
