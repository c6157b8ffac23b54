//! The breaker of `circuitbreaker-rs`, asked by a loop by hand. It counts all calls since it last closed, without a
//! window, and opens when all of them failed.

use std::{process::ExitCode, time::Duration};

use circuitbreaker_rs::{BreakerError, CircuitBreaker, DefaultPolicy};
use retry_benches::{
    Contestant,
    work::{Failure, Outcome, Own, is_transient},
};

fn call(breaker: &CircuitBreaker<DefaultPolicy, Failure>, work: &mut Own) -> Outcome {
    let mut retries = 1;
    loop {
        match breaker.call(|| work.operation()) {
            Ok(answer) => return Ok(answer),
            Err(BreakerError::Operation(failure)) if is_transient(&failure) && retries > 0 => retries -= 1,
            Err(BreakerError::Operation(failure)) => return Err(failure),
            Err(_) => return Err(Failure::Denied),
        }
    }
}

fn main() -> ExitCode {
    let breaker = CircuitBreaker::<DefaultPolicy, Failure>::builder()
        .failure_threshold(1.0)
        .consecutive_failures(u64::MAX)
        .cooldown(Duration::from_secs(30))
        .build();
    Contestant::from_arguments().contended("breaker", breaker, call).exit()
}
