//! What became of a run.

use std::time::Duration;

use crate::{
    scenario::{MEAN_PAUSE, outage, whole},
    timeline::{STEP, Timeline, steps},
};

/// Goodput is judged over so long, for chance to even out.
const A_WHILE: Duration = Duration::from_secs(10);

/// Goodput is normal from this part of the calls on.
const NORMAL: f64 = 0.95;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) clients: usize,
    pub(crate) calls: Timeline,
    /// Calls that ended with an error.
    pub(crate) failed: u64,
    /// What came to the server.
    pub(crate) requests: Timeline,
    /// What it answered while the client still waited.
    pub(crate) answers: Timeline,
}

impl Outcome {
    pub(crate) fn requests_per_call(&self) -> f64 {
        self.requests.total() as f64 / self.calls.total() as f64
    }

    /// The part of the calls that ended with an error.
    pub(crate) fn failed_part(&self) -> f64 {
        self.failed as f64 / self.calls.total() as f64
    }

    /// The requests of a step, as a multiple of the calls that a step has on average.
    pub(crate) fn load(&self, step: Duration) -> f64 {
        self.multiple(&self.requests, step)
    }

    /// The answers of a step, likewise.
    pub(crate) fn goodput(&self, step: Duration) -> f64 {
        self.multiple(&self.answers, step)
    }

    fn multiple(&self, of: &Timeline, step: Duration) -> f64 {
        let normal = self.clients as f64 * STEP.div_duration_f64(MEAN_PAUSE);
        of.between(step..step + STEP) as f64 / normal
    }

    /// The highest load of all steps.
    pub(crate) fn peak(&self) -> f64 {
        steps(whole()).map(|step| self.load(step)).fold(0.0, f64::max)
    }

    /// Answers after the outage for each call after it. More than one if calls of the outage are answered late.
    pub(crate) fn goodput_after(&self) -> f64 {
        self.answered(outage().end, whole().end)
    }

    /// How long after the outage goodput was normal and stayed so; `None` if it did not.
    pub(crate) fn recovery(&self) -> Option<Duration> {
        let begins = steps(outage().end..whole().end).take_while(|begin| *begin + A_WHILE <= whole().end);
        let is_normal = |begin| self.answered(begin, begin + A_WHILE) >= NORMAL;
        let judged: Vec<bool> = begins.map(is_normal).collect();
        let bad = judged.iter().rposition(|is_normal| !is_normal).map_or(0, |last| last + 1);
        (bad < judged.len()).then(|| STEP * u32::try_from(bad).expect("a run takes minutes"))
    }

    fn answered(&self, begin: Duration, end: Duration) -> f64 {
        self.answers.between(begin..end) as f64 / self.calls.between(begin..end).max(1) as f64
    }
}
