//! Wall-clock time, as ratios of the same round: the machine's speed and its moods cancel out. What two threads get
//! through is told as it is.

use anyhow::{Context, Result};

use crate::{
    contest::Contest,
    contestants::{HAND_WRITTEN, Role, role},
    program::{Program, numbers},
    results::Figure,
    scenario::Scenario,
    statistics::quartiles,
};

const ROUNDS: usize = 15;
/// A round takes at least so many nanoseconds: what the clock and the loop add is then lost in it.
const LONG_ENOUGH: f64 = 5e6;
/// And a round of two threads so many: they are then at it together, wherever the system puts them first.
const LONG_ENOUGH_FOR_TWO: f64 = 5e7;

/// Calls of one program, and the nanoseconds of one call in each round.
struct Timed<'a> {
    program: &'a Program,
    scenario: &'static str,
    calls: u64,
    nanoseconds: Vec<f64>,
}

pub(super) fn measure(programs: &[Program], scenario: Scenario) -> Result<Vec<Figure>> {
    let timed = interleave(programs.iter().map(|program| (program, scenario.name())), LONG_ENOUGH)?;
    let hand_written = timed.iter().find(|timed| timed.program.contestant == HAND_WRITTEN);
    let hand_written =
        hand_written.context("nothing to compare with: `hand-written` has no such scenario")?;
    Ok(timed.iter().map(|timed| timed.compare(hand_written, |own, by_hand| own / by_hand)).collect())
}

/// Microseconds that ours take longer with a zero delay as written than hand-written without a timer.
pub(super) fn zero_delay(programs: &[Program]) -> Result<Vec<Figure>> {
    let timer_free = programs.iter().filter(|program| program.contestant == HAND_WRITTEN);
    let ours = programs.iter().filter(|program| role(&program.contestant) == Role::Ours);
    let timer_free = timer_free.map(|program| (program, Scenario::AsyncRecovery.name()));
    let as_written = ours.map(|program| (program, Scenario::AsWritten.name()));
    let timed = interleave(timer_free.chain(as_written), LONG_ENOUGH)?;
    let (hand_written, ours) = timed.split_first().context("nothing to compare with")?;
    Ok(ours.iter().map(|timed| timed.compare(hand_written, |own, by_hand| (own - by_hand) / 1e3)).collect())
}

/// Million calls that two threads make together in a second.
pub(super) fn throughput(programs: &[Program], contest: Contest) -> Result<Vec<Figure>> {
    let runs = programs.iter().map(|program| (program, contest.name()));
    let timed = interleave(runs, LONG_ENOUGH_FOR_TWO)?;
    let millions = |timed: &Timed| {
        let rounds: Vec<f64> = timed.nanoseconds.iter().map(|nanoseconds| 2e3 / nanoseconds).collect();
        Figure::spread(&timed.program.contestant, quartiles(&rounds))
    };
    Ok(timed.iter().map(millions).collect())
}

/// One round after the other over all that have their scenario.
fn interleave<'a>(
    runs: impl Iterator<Item = (&'a Program, &'static str)>,
    long_enough: f64,
) -> Result<Vec<Timed<'a>>> {
    let mut all = Vec::new();
    for (program, scenario) in runs {
        if let Some(calls) = enough_calls(program, scenario, long_enough)? {
            all.push(Timed { program, scenario, calls, nanoseconds: Vec::new() });
        }
    }
    for _ in 0..ROUNDS {
        for timed in &mut all {
            timed.run()?;
        }
    }
    Ok(all)
}

/// Ten times as many calls until they take long enough.
fn enough_calls(program: &Program, scenario: &str, long_enough: f64) -> Result<Option<u64>> {
    let mut calls = 10;
    loop {
        match numbers(&program.plain, &[scenario, "time", &calls.to_string()])? {
            None => return Ok(None),
            Some([nanoseconds]) if nanoseconds as f64 >= long_enough => return Ok(Some(calls)),
            Some(_) => calls *= 10,
        }
    }
}

impl Timed<'_> {
    fn run(&mut self) -> Result<()> {
        let found = numbers(&self.program.plain, &[self.scenario, "time", &self.calls.to_string()])?;
        let [nanoseconds] = found.with_context(|| format!("{} lost a scenario", self.program.contestant))?;
        self.nanoseconds.push(nanoseconds as f64 / self.calls as f64);
        Ok(())
    }

    fn compare(&self, other: &Self, with: impl Fn(f64, f64) -> f64) -> Figure {
        let rounds = self.nanoseconds.iter().zip(&other.nanoseconds);
        let compared: Vec<f64> = rounds.map(|(own, other)| with(*own, *other)).collect();
        Figure::spread(&self.program.contestant, quartiles(&compared))
    }
}
