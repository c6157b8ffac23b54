//! Events counted over time.

use std::{iter, ops::Range, time::Duration};

/// Short enough to show a wave.
pub(crate) const STEP: Duration = Duration::from_millis(250);

/// How many events there were in each step since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timeline {
    steps: Vec<u32>,
}

impl Timeline {
    pub(crate) fn count(&mut self, at: Duration) {
        let step = number(at);
        if step >= self.steps.len() {
            self.steps.resize(step + 1, 0);
        }
        self.steps[step] += 1;
    }

    pub(crate) fn between(&self, time: Range<Duration>) -> u64 {
        let counted = |step| u64::from(self.steps.get(step).copied().unwrap_or(0));
        (number(time.start)..number(time.end)).map(counted).sum()
    }

    pub(crate) fn total(&self) -> u64 {
        self.steps.iter().copied().map(u64::from).sum()
    }
}

/// When the steps of that time begin.
pub(crate) fn steps(time: Range<Duration>) -> impl Iterator<Item = Duration> {
    iter::successors(Some(time.start), |step| Some(*step + STEP)).take_while(move |step| *step < time.end)
}

fn number(at: Duration) -> usize {
    usize::try_from(at.as_nanos() / STEP.as_nanos()).expect("a run takes minutes")
}
