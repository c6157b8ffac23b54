//! `#[retry]` of retry-runtime with a `RetryBudget` that is a token bucket: a success brings back what the call's
//! retry took.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Failure, Own, is_transient},
};
use retry_runtime::{RetryBudget, retry};

static BUDGET: RetryBudget = RetryBudget::token_bucket("tokens");

#[retry(max_attempts = 2, initial_delay = "0s", filter = is_transient, budget = BUDGET)]
fn call(work: &mut Own) -> Result<u64, Failure> {
    work.operation()
}

fn main() -> ExitCode {
    Contestant::from_arguments().contended("budget", (), |(), work| call(work)).exit()
}
