//! `#[retry]` of retry-runtime with its metrics, on functions that succeed at once. The recorder does the least that one
//! can: what it does with a number is its own.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use retry_benches::{
    Contestant,
    work::{Failure, is_transient, operation, operation_async},
};
use retry_runtime::retry;

#[retry(filter = is_transient)]
fn blocking(key: &str) -> Result<u64, Failure> {
    operation(key)
}

#[retry(filter = is_transient)]
async fn asynchronous(key: &str) -> Result<u64, Failure> {
    operation_async(key).await
}

/// One atomic each.
struct Least;

struct Last(AtomicU64);

impl HistogramFn for Last {
    fn record(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

impl Recorder for Least {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(AtomicU64::new(0)))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(AtomicU64::new(0)))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Last(AtomicU64::new(0))))
    }
}

fn record() {
    assert!(metrics::set_global_recorder(Least).is_ok(), "nobody else installs one");
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .limit("unrecorded", blocking, asynchronous)
        .prepared("metrics", record)
        .limit("metrics", blocking, asynchronous)
        .exit()
}
