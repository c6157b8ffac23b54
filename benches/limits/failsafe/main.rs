//! The breaker of `failsafe` without its futures, asked by a loop by hand: it opens when hardly a call of the last
//! ten seconds succeeded.

use std::{process::ExitCode, time::Duration};

use failsafe::{CircuitBreaker, Config, Error, backoff, failure_policy};
use retry_benches::{
    Contestant,
    work::{Failure, Outcome, Own, is_transient},
};

fn call(breaker: &impl CircuitBreaker, work: &mut Own) -> Outcome {
    let mut retries = 1;
    loop {
        match breaker.call(|| work.operation()) {
            Ok(answer) => return Ok(answer),
            Err(Error::Inner(failure)) if is_transient(&failure) && retries > 0 => retries -= 1,
            Err(Error::Inner(failure)) => return Err(failure),
            Err(Error::Rejected) => return Err(Failure::Denied),
        }
    }
}

fn main() -> ExitCode {
    let open_time = backoff::constant(Duration::from_secs(30));
    let window = Duration::from_secs(10);
    let policy = failure_policy::success_rate_over_time_window(0.01, 20, window, open_time);
    let breaker = Config::new().failure_policy(policy).build();
    Contestant::from_arguments().contended("breaker", breaker, call).exit()
}
