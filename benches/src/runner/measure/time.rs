//! Wall-clock time, as ratios of the same round only: the machine's speed and its moods cancel out.

use anyhow::{Context, Result};

use crate::{
    contestants::{HAND_WRITTEN, Role, role},
    program::{Program, numbers},
    results::Figure,
    scenario::Scenario,
    statistics::quartiles,
};

const ROUNDS: usize = 15;
/// A round takes at least so long: what the clock and the loop add is then lost in it.
const LONG_ENOUGH: f64 = 5e6;

/// Calls of one program, and the nanoseconds of one call in each round.
struct Timed<'a> {
    program: &'a Program,
    scenario: Scenario,
    calls: u64,
    nanoseconds: Vec<f64>,
}

pub(super) fn measure(programs: &[Program], scenario: Scenario) -> Result<Vec<Figure>> {
    let timed = interleave(programs.iter().map(|program| (program, scenario)))?;
    let hand_written = timed.iter().find(|timed| timed.program.contestant == HAND_WRITTEN);
    let hand_written =
        hand_written.context("nothing to compare with: `hand-written` has no such scenario")?;
    Ok(timed.iter().map(|timed| timed.compare(hand_written, |own, by_hand| own / by_hand)).collect())
}

/// Microseconds that ours take longer with a zero delay as written than hand-written without a timer.
pub(super) fn zero_delay(programs: &[Program]) -> Result<Vec<Figure>> {
    let timer_free = programs.iter().filter(|program| program.contestant == HAND_WRITTEN);
    let ours = programs.iter().filter(|program| role(&program.contestant) == Role::Ours);
    let timer_free = timer_free.map(|program| (program, Scenario::AsyncRecovery));
    let timed = interleave(timer_free.chain(ours.map(|program| (program, Scenario::AsWritten))))?;
    let (hand_written, ours) = timed.split_first().context("nothing to compare with")?;
    Ok(ours.iter().map(|timed| timed.compare(hand_written, |own, by_hand| (own - by_hand) / 1e3)).collect())
}

/// One round after the other over all that have their scenario.
fn interleave<'a>(runs: impl Iterator<Item = (&'a Program, Scenario)>) -> Result<Vec<Timed<'a>>> {
    let mut all = Vec::new();
    for (program, scenario) in runs {
        if let Some(calls) = enough_calls(program, scenario)? {
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
fn enough_calls(program: &Program, scenario: Scenario) -> Result<Option<u64>> {
    let mut calls = 10;
    loop {
        match numbers(&program.plain, &[scenario.name(), "time", &calls.to_string()])? {
            None => return Ok(None),
            Some([nanoseconds]) if nanoseconds as f64 >= LONG_ENOUGH => return Ok(Some(calls)),
            Some(_) => calls *= 10,
        }
    }
}

impl Timed<'_> {
    fn run(&mut self) -> Result<()> {
        let found = numbers(&self.program.plain, &[self.scenario.name(), "time", &self.calls.to_string()])?;
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
