//! tower's `TpsBudget`, of two retries a call, asked by a loop by hand as the `Policy` in tower's docs asks it: a
//! success deposits, a retry withdraws. It is the only budget that tower has.

use std::{process::ExitCode, time::Duration};

use retry_benches::{
    Contestant,
    work::{Outcome, Own, is_transient},
};
use tower::retry::budget::{Budget, TpsBudget};

fn call(budget: &TpsBudget, work: &mut Own) -> Outcome {
    let mut retries = 1;
    loop {
        match work.operation() {
            Ok(answer) => {
                budget.deposit();
                return Ok(answer);
            }
            Err(failure) if is_transient(&failure) && retries > 0 && budget.withdraw() => retries -= 1,
            Err(failure) => return Err(failure),
        }
    }
}

fn main() -> ExitCode {
    let budget = TpsBudget::new(Duration::from_secs(10), 10, 2.0);
    Contestant::from_arguments().contended("budget", budget, call).exit()
}
