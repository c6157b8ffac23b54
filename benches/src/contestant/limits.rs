//! Functions with a limit that succeed at once, and what a clock costs that some of them read.

use std::{future::Future, hint::black_box, time::Instant};

use super::{ANSWER, Contestant, awaited};
use crate::work::Outcome;

impl Contestant {
    /// Both forms of a function with a limit.
    pub fn limit<F: Future<Output = Outcome>>(
        self,
        name: &str,
        blocking: fn(&'static str) -> Outcome,
        asynchronous: impl Fn(&'static str) -> F,
    ) -> Self {
        let scenario = format!("limit-blocking-{name}");
        self.scenario(&scenario, 0, |key| black_box(blocking)(key)).async_limit(name, asynchronous)
    }

    /// A function with a limit that blocking ones do not have.
    pub fn async_limit<F: Future<Output = Outcome>>(
        self,
        name: &str,
        call: impl Fn(&'static str) -> F,
    ) -> Self {
        self.scenario(&format!("limit-async-{name}"), 0, |key| awaited(&call, key))
    }

    /// What is to be done before the functions with this limit are called.
    pub fn prepared(self, name: &str, prepare: impl FnOnce()) -> Self {
        if ["blocking", "async"].iter().any(|form| self.scenario == format!("limit-{form}-{name}")) {
            prepare();
        }
        self
    }

    /// The clock of the functions of a form: one read a call, and none.
    pub fn clock(self, form: &str, read: impl Fn() -> Instant) -> Self {
        let reads = |_| {
            black_box(read());
            Ok(ANSWER)
        };
        self.scenario(&format!("clock-{form}"), 0, reads)
            .scenario(&format!("no-clock-{form}"), 0, |_| Ok(ANSWER))
    }
}
