//! The breaker of `recloser`, asked by a loop by hand: it opens when 99 of the last 100 calls failed, and reads no
//! clock until then.

use std::{process::ExitCode, time::Duration};

use recloser::{Error, Recloser};
use retry_benches::{
    Contestant,
    work::{Failure, Outcome, Own, is_transient},
};

fn call(breaker: &Recloser, work: &mut Own) -> Outcome {
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
    let breaker = Recloser::custom().error_rate(0.99).open_wait(Duration::from_secs(30)).build();
    Contestant::from_arguments().contended("breaker", breaker, call).exit()
}
