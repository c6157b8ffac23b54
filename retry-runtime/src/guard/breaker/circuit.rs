//! The state machine, without lock and clock: it is told the time, who asks and how calls ended.

use std::time::{Duration, Instant};

use super::{
    rules::{Rules, reaches},
    tally::Tally,
    window::Window,
};
use crate::clock;

/// Whether a circuit breaker lets calls through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitState {
    /// All of them; what becomes of them is counted.
    Closed,
    /// None.
    Open,
    /// A few, to see whether the service is back.
    HalfOpen,
}

impl CircuitState {
    /// The state in words: `closed`, `open` or `half-open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

impl std::fmt::Display for CircuitState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a call ended, as the service's health goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    Open {
        since: Instant,
        time: Duration,
    },
    /// `out` probes are under way, `passed` have succeeded; never more in all than the rules allow.
    HalfOpen {
        out: u32,
        passed: u32,
    },
}

#[derive(Debug)]
pub(super) struct Circuit {
    /// Counts the changes of phase: what began in a former one is late and changes nothing.
    generation: u64,
    phase: Phase,
    window: Window,
    /// Failures since the last success.
    in_a_row: u32,
    /// Whether a success cannot open the circuit, but by what the window forgets: it is closed, and there is nothing
    /// against the service, or the minimum of calls is there and another good one only lowers the rates.
    is_untroubled: bool,
}

impl Circuit {
    /// Generations count from one, so that zero is none.
    pub(super) const NEW: Self = Self {
        generation: 1,
        phase: Phase::Closed,
        window: Window::EMPTY,
        in_a_row: 0,
        is_untroubled: false,
    };

    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// The generation of a closed circuit, else zero.
    pub(super) const fn closed_generation(&self) -> u64 {
        match self.phase {
            Phase::Closed => self.generation,
            _ => 0,
        }
    }

    /// The state it is in, as the last call left it.
    pub(super) const fn phase(&self) -> CircuitState {
        match self.phase {
            Phase::Closed => CircuitState::Closed,
            Phase::Open { .. } => CircuitState::Open,
            Phase::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }

    /// The state that a call at `now` would find.
    pub(super) fn state(&self, now: Instant) -> CircuitState {
        match self.phase {
            Phase::Closed => CircuitState::Closed,
            Phase::Open { since, time } if now.saturating_duration_since(since) < time => CircuitState::Open,
            Phase::Open { .. } | Phase::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }

    /// Whether a call at `now` would be refused.
    pub(super) fn refuses(&self, rules: &Rules, now: Instant) -> bool {
        match self.phase {
            Phase::HalfOpen { out, passed } => out + passed >= rules.probes,
            _ => self.state(now) == CircuitState::Open,
        }
    }

    /// Lets a call through, in which case it is given the generation, or says when to ask again.
    pub(super) fn admit(&mut self, rules: &Rules, now: Instant) -> Result<u64, Duration> {
        match &mut self.phase {
            Phase::Closed => {}
            Phase::Open { since, time } => {
                // The clock jumped back: no time passed since the circuit opened.
                *since = now.min(*since);
                let left = time.saturating_sub(now.saturating_duration_since(*since));
                if !left.is_zero() {
                    return Err(left);
                }
                self.turn(Phase::HalfOpen { out: 1, passed: 0 });
            }
            Phase::HalfOpen { out, passed } if *out + *passed < rules.probes => *out += 1,
            Phase::HalfOpen { .. } => return Err(rules.probe_time()),
        }
        Ok(self.generation)
    }

    /// Until when successes, if they are not slow, cannot change the phase: the end of the bucket that is filling. To
    /// be counted later, by [`count_successes`](Self::count_successes).
    pub(super) fn untroubled_until(&self) -> Option<i64> {
        self.is_untroubled.then(|| self.window.end()).flatten().map(clock::nanos)
    }

    /// Counts successes of the bucket that is filling.
    pub(super) fn count_successes(&mut self, number: u64) {
        if number > 0 {
            self.window.count_successes(number);
            self.in_a_row = 0;
        }
    }

    /// A call that was let through in `generation` ended.
    pub(super) fn settle(
        &mut self,
        rules: &Rules,
        generation: u64,
        outcome: Outcome,
        is_slow: bool,
        now: Instant,
    ) {
        if generation == self.generation {
            match &mut self.phase {
                Phase::Closed => self.count(rules, outcome, is_slow, now),
                Phase::HalfOpen { .. } if outcome == Outcome::Failure || is_slow => {
                    self.turn(Phase::Open { since: now, time: rules.open_time });
                }
                Phase::HalfOpen { out, passed } => {
                    *out -= 1;
                    *passed += 1;
                    if *passed == rules.probes {
                        self.turn(Phase::Closed);
                    }
                }
                // No call is let through.
                Phase::Open { .. } => {}
            }
        }
    }

    /// A call that was let through in `generation` was dropped before its end: that says nothing about the
    /// service.
    pub(super) fn give_back(&mut self, generation: u64) {
        if let (true, Phase::HalfOpen { out, .. }) = (generation == self.generation, &mut self.phase) {
            *out -= 1;
        }
    }

    /// Closes the circuit and forgets everything.
    pub(super) fn reset(&mut self) {
        self.turn(Phase::Closed);
    }

    /// It opened elsewhere, for so long yet: here it does not close, and is not tried, before that.
    #[cfg(any(test, feature = "coordinate-redis"))]
    pub(super) fn opened_elsewhere(&mut self, left: Duration, now: Instant) {
        match &mut self.phase {
            Phase::Open { since, time } => {
                if left > time.saturating_sub(now.saturating_duration_since(*since)) {
                    (*since, *time) = (now, left);
                }
            }
            _ => self.turn(Phase::Open { since: now, time: left }),
        }
    }

    /// It closed elsewhere.
    #[cfg(any(test, feature = "coordinate-redis"))]
    pub(super) fn closed_elsewhere(&mut self) {
        if !matches!(self.phase, Phase::Closed) {
            self.turn(Phase::Closed);
        }
    }

    fn count(&mut self, rules: &Rules, outcome: Outcome, is_slow: bool, now: Instant) {
        let is_failure = outcome == Outcome::Failure;
        let counts = self.window.at(now, rules.window);
        counts.calls += 1;
        counts.failures += u64::from(is_failure);
        counts.slow += u64::from(is_slow);
        self.in_a_row = if is_failure { self.in_a_row.saturating_add(1) } else { 0 };
        let total = self.window.total();
        let is_row_long = rules.consecutive_failures.is_some_and(|limit| self.in_a_row >= limit);
        let has_enough = total.calls >= rules.minimum_calls;
        let is_rate_high = has_enough
            && (reaches(total.failures, total.calls, rules.failure_rate)
                || rules.slow_rate.is_some_and(|rate| reaches(total.slow, total.calls, rate)));
        self.is_untroubled = has_enough || (total.failures == 0 && total.slow == 0);
        if is_row_long || is_rate_high {
            self.turn(Phase::Open { since: now, time: rules.open_time });
        }
    }

    fn turn(&mut self, phase: Phase) {
        *self = Self { generation: self.generation % Tally::GENERATIONS + 1, phase, ..Self::NEW };
    }
}
