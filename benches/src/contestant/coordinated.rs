//! Calls whose retries a Redis is asked about, and a client that asks it the same without any call.

use std::{future::Future, time::Instant};

use super::Contestant;

/// Calls at a time, where it is measured how many a Redis coordinates.
const AT_ONCE: u64 = 256;

impl Contestant {
    /// The Redis to ask.
    ///
    /// # Panics
    ///
    /// If the command line has none: the runner wrote it.
    #[must_use]
    pub fn redis(&self) -> &str {
        self.redis.as_deref().expect("the URL of a Redis comes last")
    }

    /// Awaits something that is needed before.
    pub fn wait_for<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// So many calls of a blocking function, one after the other.
    pub fn blocking_trips(mut self, name: &str, calls: impl Fn(u64)) -> Self {
        if self.finds(&format!("round-trips-blocking-{name}")) {
            self.only_runs();
            calls(self.calls);
        }
        self
    }

    /// The same of an async one.
    pub fn async_trips<F: Future<Output = ()>>(mut self, name: &str, calls: impl Fn(u64) -> F) -> Self {
        if self.finds(&format!("round-trips-async-{name}")) {
            self.only_runs();
            self.runtime.block_on(calls(self.calls));
        }
        self
    }

    /// Of many tasks that make so many calls each, one after the other: prints the nanoseconds that all calls take.
    ///
    /// # Panics
    ///
    /// If a call fails.
    pub fn coordinated<F>(mut self, calls: impl Fn(u64) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if self.finds("coordinated") {
            assert_eq!(self.command, "time", "no other command");
            let all = |each: u64| {
                let start = Instant::now();
                let tasks: Vec<_> = (0..AT_ONCE).map(|_| self.runtime.spawn(calls(each))).collect();
                self.runtime.block_on(async {
                    for task in tasks {
                        task.await.expect("no call fails");
                    }
                });
                start.elapsed()
            };
            // Connects, and has the script loaded.
            all(1);
            println!("{}", all(self.calls / AT_ONCE).as_nanos());
        }
        self
    }

    fn only_runs(&self) {
        assert_eq!(self.command, "run", "no other command");
    }
}
