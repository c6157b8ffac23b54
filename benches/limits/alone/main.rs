//! `#[retry]` of retry-runtime without a limit: the yardstick of its budgets and its breaker.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Failure, Own, is_transient},
};
use retry_runtime::retry;

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient)]
fn call(work: &mut Own) -> Result<u64, Failure> {
    work.operation()
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .contended("budget", (), |(), work| call(work))
        .contended("breaker", (), |(), work| call(work))
        .exit()
}
