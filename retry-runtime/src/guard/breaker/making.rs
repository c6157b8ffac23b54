//! Making a breaker: its rules, each checked at once.

use std::{
    sync::{Mutex, atomic::AtomicU64},
    time::Duration,
};

use super::{
    CircuitBreaker,
    circuit::Circuit,
    rules::{self, Rules},
    sharing::Sharing,
    tally::Tally,
};
use crate::observe::LastShown;

/// Building one. Each method panics, in a `static` at compile time, when its figure makes no sense.
impl CircuitBreaker {
    /// A breaker with the defaults below. The name is what errors call it. Write `static`, never `const`: each look at a
    /// `const` is a new breaker, a closed one.
    ///
    /// # Panics
    /// If the name is empty.
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "a circuit breaker needs a name: its errors say which one is open");
        Self {
            name,
            rules: Rules::DEFAULT,
            closed: AtomicU64::new(Circuit::NEW.generation()),
            tally: Tally::new(),
            circuit: Mutex::new(Circuit::NEW),
            shown: LastShown::never(),
            sharing: Sharing::none(),
        }
    }

    /// Opens when this part of the calls in the window failed, or more: 0.5 by default, as in resilience4j,
    /// Hystrix and `MicroProfile` (Polly has 0.1). With 1.0 only when all did: for a breaker that is to
    /// go by [failures in a row](Self::with_consecutive_failures) alone.
    ///
    /// # Panics
    /// If it is not above 0 and up to 1.
    #[track_caller]
    pub const fn with_failure_rate(mut self, rate: f64) -> Self {
        self.rules.failure_rate = rules::checked_failure_rate(rate);
        self
    }

    /// How many calls the window must have before a rate of them is taken: 20 by default, as in Hystrix
    /// and `MicroProfile`. (resilience4j and Polly have 100, which many a service never gets from one process.)
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub const fn with_minimum_calls(mut self, calls: u32) -> Self {
        self.rules.minimum_calls = rules::checked_minimum_calls(calls);
        self
    }

    /// How far back calls count: 10 s by default, as in Hystrix, whose minimum of 20 calls belongs to it.
    /// (Polly has 30 s.) Goes by tenths: a call is forgotten after nine to ten of them.
    ///
    /// # Panics
    /// If it is zero or longer than a day.
    #[track_caller]
    pub const fn with_window(mut self, window: Duration) -> Self {
        self.rules.window = rules::checked_window(window);
        self
    }

    /// Opens also after so many failures without a success between them, however far apart and whatever the
    /// window holds. Off by default; Envoy's outlier detection has 5.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub const fn with_consecutive_failures(mut self, failures: u32) -> Self {
        self.rules.consecutive_failures = Some(rules::checked_consecutive_failures(failures));
        self
    }

    /// Opens also when this part of the calls in the window, whether they failed or not, took longer than that. Off
    /// by default: what is slow differs. (resilience4j has 1.0 and 60 s, with which it hardly ever opens.)
    ///
    /// # Panics
    /// If the rate is not above 0 and up to 1, or the duration zero or longer than a day.
    #[track_caller]
    pub const fn with_slow_calls(mut self, rate: f64, longer_than: Duration) -> Self {
        self.rules.slow_rate = Some(rules::checked_slow_rate(rate));
        self.rules.slow_after = rules::checked_slow_time(longer_than);
        self
    }

    /// How long the circuit stays open at least: 30 s by default, as Envoy keeps an outlier out. (resilience4j and
    /// failsafe-go have 60 s, Hystrix, Polly and `MicroProfile` 5 s.) Below the 60 s that a policy waits for a server
    /// hint by default, so that a retry can outlast it.
    ///
    /// # Panics
    /// If it is zero or longer than a day.
    #[track_caller]
    pub const fn with_open_time(mut self, time: Duration) -> Self {
        self.rules.open_time = rules::checked_open_time(time);
        self
    }

    /// How many calls are let through half-open, and must all succeed for the circuit to close: 3 by default.
    /// (Hystrix, Polly, failsafe-go and `MicroProfile` have 1: half of the time it closes on a service that fails
    /// every other call. resilience4j has 10, and may wait long for them where calls are few.)
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub const fn with_probes(mut self, probes: u32) -> Self {
        self.rules.probes = rules::checked_probes(probes);
        self
    }
}
