//! A process whose calls retry all the time, in every shape.

use std::process::Command;

use retry_tests::worker::{Calls, Worker};

use crate::wait_until;

/// How the log tells that the coordinator is gone, and that it is back.
pub(crate) const GONE: &str = "WARN retry_runtime: the coordinator does not answer";
pub(crate) const BACK: &str = "INFO retry_runtime: the coordinator answers again";

/// How long a question waits, in milliseconds: as by default, or longer, for on a busy machine a server that is well may take
/// longer than that, and then it is told as an outage.
const BY_DEFAULT: u64 = 100;
const PATIENT: u64 = 1_000;

/// The longest that a call may take, in milliseconds, where a question waits for so long: two retries, each with a backoff of
/// 20 ms, 80 ms of slots, and the time in which no answer comes. The rest is for a machine that is busy with all of this; a call
/// that waited for a server that is paused would take ten seconds.
const fn longest(patience: u64) -> u64 {
    2 * (20 + 80 + patience) + 2_000
}

/// A worker.
pub(crate) struct Member {
    worker: Worker,
    patience: u64,
}

impl Member {
    /// Coordinated so.
    pub(crate) fn start(coordinator: &[&str]) -> Self {
        Self::waiting(BY_DEFAULT, coordinator)
    }

    fn waiting(patience: u64, coordinator: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cluster-worker"));
        command.args(coordinator).args(["--timeout", &patience.to_string()]);
        Self { worker: Worker::start(&mut command), patience }
    }

    /// That calls from now on: two callers of each shape.
    pub(crate) fn calling(coordinator: &[&str]) -> Self {
        Self::waiting(PATIENT, coordinator).load()
    }

    /// The same, with questions that wait as they do by default.
    pub(crate) fn calling_by_default(coordinator: &[&str]) -> Self {
        Self::start(coordinator).load()
    }

    fn load(mut self) -> Self {
        for shape in ["blocking", "without-runtime", "multi-thread", "current-thread"] {
            self.worker.say(&format!("load {shape} 2"));
        }
        self
    }

    /// Waits until so many calls more have ended.
    pub(crate) fn goes_on(&mut self) {
        let before = self.so_far().made;
        wait_until("calls go on", || self.so_far().made >= before + 40);
    }

    pub(crate) fn so_far(&mut self) -> Calls {
        self.worker.say("so-far");
        Calls::read(&self.worker.hear("so-far"))
    }

    /// Waits until it has told so often that the coordinator is gone.
    pub(crate) fn warned(&self, times: usize) {
        wait_until("warned", || self.worker.count(GONE) >= times);
    }

    /// Waits until it has told so often that the coordinator is back.
    pub(crate) fn recovered(&self, times: usize) {
        wait_until("recovered", || self.worker.count(BACK) >= times);
    }

    /// Of all calls until now: this often the coordinator was gone and back.
    pub(crate) fn is_well(&mut self, outages: usize) {
        self.ends_well();
        assert_eq!(self.outages(), (outages, outages), "{}", self.worker.all());
    }

    /// As often as the coordinator was gone, it came back.
    pub(crate) fn is_whole(&mut self) {
        wait_until("it is back", || {
            let (gone, back) = self.outages();
            gone == back
        });
        self.ends_well();
        println!("{:?} outages", self.outages());
    }

    /// Nothing coordinates the calls.
    pub(crate) fn is_alone(&mut self) {
        self.ends_well();
        assert_eq!(self.outages(), (1, 0), "{}", self.worker.all());
    }

    fn outages(&self) -> (usize, usize) {
        (self.worker.count(GONE), self.worker.count(BACK))
    }

    /// No call failed, none took longer than it may.
    fn ends_well(&mut self) {
        self.worker.say("stop");
        let calls = Calls::read(&self.worker.hear("stopped"));
        println!("{calls:?}");
        assert_eq!(calls.failed, 0, "{calls:?}\n{}", self.worker.all());
        assert!(calls.slowest < longest(self.patience), "{calls:?}\n{}", self.worker.all());
    }

    /// The process.
    pub(crate) fn worker(&mut self) -> &mut Worker {
        &mut self.worker
    }
}
