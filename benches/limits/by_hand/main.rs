//! The loop of the other crates without a limit: the yardstick of theirs.

use std::process::ExitCode;

use retry_benches::{
    Contestant,
    work::{Outcome, Own, is_transient},
};

fn call(work: &mut Own) -> Outcome {
    let mut retries = 1;
    loop {
        match work.operation() {
            Err(failure) if is_transient(&failure) && retries > 0 => retries -= 1,
            outcome => return outcome,
        }
    }
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .contended("budget", (), |(), work| call(work))
        .contended("breaker", (), |(), work| call(work))
        .exit()
}
