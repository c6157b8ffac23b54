//! CPU time of other programs: unlike wall-clock time, it hardly changes with what else the machine does.

use std::process::Command;

use anyhow::{Context, Result};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

use crate::workspace::run;

/// CPU seconds of a program and of all that it starts.
pub(super) fn seconds(command: &mut Command) -> Result<f64> {
    let before = seconds_of_children()?;
    run(command)?;
    Ok(seconds_of_children()? - before)
}

fn seconds_of_children() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("the system does not say what programs took")?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_grandchildren_counts() {
        let busy = "sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'; :";
        assert!(seconds(Command::new("sh").args(["-c", busy])).unwrap() > 0.01);
    }
}
