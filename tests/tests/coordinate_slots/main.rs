//! Slots, seen from the server that a fleet calls: real processes, real connections, and when they arrived.
#![deny(warnings, clippy::all)]

mod arrivals;
mod cost;
mod fleet;
mod names;
mod picture;
mod shapes;

use std::{
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

use retry_tests::worker::Worker;

/// A process that is coordinated so.
fn worker(coordinator: &[&str]) -> Worker {
    Worker::start(Command::new(env!("CARGO_BIN_EXE_cluster-worker")).args(coordinator))
}

/// One test at a time: others would have its retries late, and they are counted by when they come.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
