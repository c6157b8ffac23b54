//! The frame of a contestant's program: it names its functions, and the command line says which of them is
//! checked or measured, and how.

mod contention;
mod coordinated;
mod limits;

use std::{
    future::Future,
    hint::black_box,
    pin::{Pin, pin},
    process::ExitCode,
    task::{Context, Poll, Waker},
    time::Instant,
};

use tokio::runtime::{Builder, Runtime};

use crate::work::{self, Failure, Outcome};

const KEY: &str = "worker-7";
/// A key whose call fails for good.
const DENIED: &str = "!worker-7";
/// What a call with [`KEY`] returns.
const ANSWER: u64 = 8;
/// Failures that a call survives in the scenarios that recover.
const FAILURES: u64 = 2;
/// Attempts of every policy.
const MAX_ATTEMPTS: u64 = 3;

/// A contestant's program: name the functions it has, then [`exit`](Self::exit).
///
/// Its command line is `SCENARIO COMMAND [CALLS]`. The scenarios of calls are `blocking-success`,
/// `blocking-recovery`, `async-success`, `async-recovery` and `async-recovery-as-written`, with the commands
/// `verify` (right results and attempts, or a panic), `run` (for a profiler), `time` (prints nanoseconds) and
/// `allocations` (prints blocks and bytes). The scenario `future` prints the bytes of a future, `waiting` those
/// that so many waiting calls hold. A scenario that this contestant does not have exits with 3.
///
/// Of limits there are `limit-FORM-NAME`, functions that succeed at once, with the commands of calls; `clock-FORM` and
/// `no-clock-FORM`, to be run; and what two threads call at once, with `verify` and `time`: `budget-success`,
/// `budget-failure`, `breaker-success` and `breaker-failure`.
///
/// Of coordination there are `round-trips-FORM-success` and `round-trips-FORM-retry`, to be run, and `coordinated`, with
/// `time`. After the number of calls comes the URL of a Redis.
#[must_use]
pub struct Contestant {
    scenario: String,
    command: String,
    calls: u64,
    redis: Option<String>,
    runtime: Runtime,
    found: bool,
}

impl Contestant {
    /// Reads the command line.
    ///
    /// # Panics
    ///
    /// If the command line is wrong: the runner wrote it.
    pub fn from_arguments() -> Self {
        let mut arguments = std::env::args().skip(1);
        let scenario = arguments.next().expect("the scenario comes first");
        let command = arguments.next().unwrap_or_default();
        let calls = arguments.next().map_or(1, |calls| calls.parse().expect("calls are a number"));
        let redis = arguments.next();
        // What time alone needs, but for programs that speak to a server.
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        Self { scenario, command, calls, redis, runtime, found: false }
    }

    /// A blocking function: 3 attempts, exponential from 100 ms, at most 10 s, jitter, a filter.
    pub fn blocking(self, call: fn(&'static str) -> Outcome) -> Self {
        self.scenario("blocking-success", 0, |key| black_box(call)(key))
    }

    /// The same with a delay of zero.
    pub fn blocking_at_once(self, call: fn(&'static str) -> Outcome) -> Self {
        self.scenario("blocking-recovery", FAILURES, |key| black_box(call)(key))
    }

    /// An async function with the policy of [`blocking`](Self::blocking).
    pub fn asynchronous<F: Future<Output = Outcome>>(self, call: impl Fn(&'static str) -> F) -> Self {
        self.scenario("async-success", 0, |key| awaited(&call, key))
    }

    /// The same with a delay of zero, and without a timer if the contestant has a way to say so.
    pub fn timer_free<F: Future<Output = Outcome>>(self, call: impl Fn(&'static str) -> F) -> Self {
        self.scenario("async-recovery", FAILURES, |key| awaited(&call, key))
    }

    /// The same with a delay of zero, as a user writes it.
    pub fn as_written<F: Future<Output = Outcome>>(mut self, call: impl Fn(&'static str) -> F) -> Self {
        if !self.finds("async-recovery-as-written") {
            return self;
        }
        let repeat = |calls| {
            self.runtime.block_on(async {
                let key = black_box(KEY);
                for _ in 0..calls {
                    work::fail_next(FAILURES);
                    let _ = black_box(call(key).await);
                }
            });
        };
        self.measure(FAILURES, |key| self.runtime.block_on(call(key)), repeat);
        self
    }

    /// An async function around [`operation_with_locals`](work::operation_with_locals): the size of its future.
    pub fn future<F: Future<Output = Outcome>>(mut self, call: impl Fn(&'static str) -> F) -> Self {
        if self.finds("future") {
            println!("{}", size_of_val(&call(KEY)));
        }
        self
    }

    /// The same, with a first delay of an hour: the bytes that each of so many waiting calls holds.
    pub fn waiting<F>(mut self, call: impl Fn(&'static str) -> F) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        if self.finds("waiting") {
            self.wait(call);
        }
        self
    }

    /// The end of the program.
    #[must_use]
    pub fn exit(self) -> ExitCode {
        if self.found { ExitCode::SUCCESS } else { ExitCode::from(NO_SUCH_SCENARIO) }
    }

    fn finds(&mut self, scenario: &str) -> bool {
        let found = self.scenario == scenario;
        self.found |= found;
        found
    }

    fn scenario(mut self, name: &str, failures: u64, call: impl Fn(&'static str) -> Outcome) -> Self {
        if self.finds(name) {
            let _guard = self.runtime.enter();
            let repeat = |calls| {
                let key = black_box(KEY);
                for _ in 0..calls {
                    work::fail_next(failures);
                    let _ = black_box(call(key));
                }
            };
            self.measure(failures, &call, repeat);
        }
        self
    }

    /// Carries out the command on a scenario: one call with `call`, many with `repeat`.
    fn measure(&self, failures: u64, call: impl Fn(&'static str) -> Outcome, repeat: impl Fn(u64)) {
        match self.command.as_str() {
            "verify" => verify(failures, call),
            "run" => repeat(self.calls),
            "time" => {
                repeat(self.calls / 10);
                let start = Instant::now();
                repeat(self.calls);
                println!("{}", start.elapsed().as_nanos());
            }
            "allocations" => {
                // The first call may set up thread-locals.
                repeat(1);
                self.count_allocations(repeat);
            }
            other => panic!("no command {other}"),
        }
    }

    #[cfg(feature = "count-allocations")]
    fn count_allocations(&self, repeat: impl Fn(u64)) {
        let counted = allocation_counter::measure(|| repeat(self.calls));
        println!("{} {}", counted.count_total, counted.bytes_total);
    }

    /// Starts the calls, and prints the bytes that are allocated once all of them wait.
    #[cfg(feature = "count-allocations")]
    fn wait<F: Future<Output = Outcome> + Send + 'static>(&self, call: impl Fn(&'static str) -> F) {
        work::fail_next(u64::MAX);
        let before = work::attempts();
        let counted = allocation_counter::measure(|| {
            for _ in 0..self.calls {
                self.runtime.spawn(call(KEY));
            }
            self.runtime.block_on(async {
                while work::attempts() - before < self.calls {
                    tokio::task::yield_now().await;
                }
            });
        });
        println!("{}", counted.bytes_current);
    }

    #[cfg(not(feature = "count-allocations"))]
    #[expect(clippy::unused_self, reason = "as the build that counts has it")]
    fn count_allocations(&self, _: impl Fn(u64)) {
        panic!("allocations are counted by a build with the feature count-allocations");
    }

    #[cfg(not(feature = "count-allocations"))]
    #[expect(clippy::unused_self, reason = "as the build that counts has it")]
    fn wait<F>(&self, _: impl Fn(&'static str) -> F) {
        panic!("bytes are counted by a build with the feature count-allocations");
    }
}

/// The exit code of a program that does not have the scenario.
pub const NO_SUCH_SCENARIO: u8 = 3;

#[inline(never)]
fn awaited<F: Future>(call: &impl Fn(&'static str) -> F, key: &'static str) -> F::Output {
    let mut future = pin!(call(key));
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = poll(future.as_mut(), &mut context) {
            return output;
        }
    }
}

/// As an executor polls: by a call.
#[inline(never)]
fn poll<F: Future>(future: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
    future.poll(context)
}

fn verify(failures: u64, call: impl Fn(&'static str) -> Outcome) {
    if failures == 0 {
        verify_success(&call);
        work::fail_next(0);
        let before = work::attempts();
        assert_eq!(call(DENIED), Err(Failure::Denied));
        assert_eq!(work::attempts() - before, 1, "a permanent error is not tried again");
    } else {
        work::fail_next(failures);
        let before = work::attempts();
        assert_eq!(call(KEY), Ok(ANSWER));
        assert_eq!(work::attempts() - before, failures + 1);
        work::fail_next(u64::MAX);
        let before = work::attempts();
        assert_eq!(call(KEY), Err(Failure::Unavailable(before + MAX_ATTEMPTS)), "the last error");
        assert_eq!(work::attempts() - before, MAX_ATTEMPTS);
    }
}

fn verify_success(call: impl Fn(&'static str) -> Outcome) {
    work::fail_next(0);
    let before = work::attempts();
    assert_eq!(call(KEY), Ok(ANSWER));
    assert_eq!(work::attempts() - before, 1);
}
