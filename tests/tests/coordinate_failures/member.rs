//! A process whose calls retry all the time, in every shape.

use std::process::Command;

use retry_tests::worker::{Calls, Worker};

use crate::wait_until;

/// How the log tells that the coordinator is gone, and that it is back.
pub(crate) const GONE: &str = "WARN retry_runtime: the coordinator does not answer";
pub(crate) const BACK: &str = "INFO retry_runtime: the coordinator answers again";

/// The longest that a call may take, in milliseconds. Two retries, each with a backoff of 20 ms, 80 ms of slots, and 100 ms
/// in which no answer comes: 400 ms. The rest is for a machine that is busy with all of this; a call that waited for a server
/// that is paused would take ten seconds.
const LIMIT: u64 = 2_500;

/// A worker.
pub(crate) struct Member(Worker);

impl Member {
    /// Coordinated so.
    pub(crate) fn start(coordinator: &[&str]) -> Self {
        Self(Worker::start(Command::new(env!("CARGO_BIN_EXE_cluster-worker")).args(coordinator)))
    }

    /// That calls from now on: two callers of each shape.
    pub(crate) fn calling(coordinator: &[&str]) -> Self {
        let mut member = Self::start(coordinator);
        for shape in ["blocking", "without-runtime", "multi-thread", "current-thread"] {
            member.0.say(&format!("load {shape} 2"));
        }
        member
    }

    /// Waits until so many calls more have ended.
    pub(crate) fn goes_on(&mut self) {
        let before = self.so_far().made;
        wait_until("calls go on", || self.so_far().made >= before + 40);
    }

    pub(crate) fn so_far(&mut self) -> Calls {
        self.0.say("so-far");
        Calls::read(&self.0.hear("so-far"))
    }

    /// Waits until it has told so often that the coordinator is gone.
    pub(crate) fn warned(&self, times: usize) {
        wait_until("warned", || self.0.count(GONE) >= times);
    }

    /// Waits until it has told so often that the coordinator is back.
    pub(crate) fn recovered(&self, times: usize) {
        wait_until("recovered", || self.0.count(BACK) >= times);
    }

    /// No call failed, none took longer than it may, and this often the coordinator was gone and back.
    pub(crate) fn is_well(&mut self, outages: usize) {
        self.0.say("stop");
        let calls = Calls::read(&self.0.hear("stopped"));
        assert_eq!(calls.failed, 0, "{calls:?}\n{}", self.0.all());
        assert!(calls.slowest < LIMIT, "{calls:?}\n{}", self.0.all());
        assert_eq!(self.0.count(GONE), outages, "{}", self.0.all());
        assert_eq!(self.0.count(BACK), outages, "{}", self.0.all());
        println!("{calls:?}, {outages} outages");
    }

    /// No call failed, none took longer than it may, though nothing coordinates them.
    pub(crate) fn is_alone(&mut self) {
        self.0.say("stop");
        let calls = Calls::read(&self.0.hear("stopped"));
        assert_eq!(calls.failed, 0, "{calls:?}\n{}", self.0.all());
        assert!(calls.slowest < LIMIT, "{calls:?}\n{}", self.0.all());
        assert_eq!((self.0.count(GONE), self.0.count(BACK)), (1, 0), "{}", self.0.all());
    }

    /// The process.
    pub(crate) fn worker(&mut self) -> &mut Worker {
        &mut self.0
    }
}
