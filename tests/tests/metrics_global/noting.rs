//! Prometheus' recorder, installed for all threads, with a note of what it was asked.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::PrometheusRecorder;

use crate::exposition::{Scrape, recorder};

pub(crate) struct Noting {
    recorder: PrometheusRecorder,
    described: Mutex<Vec<String>>,
    registered: AtomicU32,
}

impl Noting {
    pub(crate) fn install() -> &'static Self {
        let (recorder, described) = (recorder(), Mutex::default());
        let noting: &Self = Box::leak(Box::new(Self { recorder, described, registered: AtomicU32::new(0) }));
        assert!(metrics::set_global_recorder(noting).is_ok(), "the first");
        noting
    }

    pub(crate) fn scrape(&self) -> Scrape {
        Scrape::of(&self.recorder.handle())
    }

    /// The metrics that were described to it, each as often.
    pub(crate) fn descriptions(&self) -> Vec<String> {
        self.described.lock().unwrap().clone()
    }

    /// How many handles it was asked for.
    pub(crate) fn registered(&self) -> u32 {
        self.registered.load(Ordering::Relaxed)
    }

    fn describe(&self, name: &KeyName) {
        self.described.lock().unwrap().push(name.as_str().to_owned());
    }

    fn register(&self) -> &PrometheusRecorder {
        self.registered.fetch_add(1, Ordering::Relaxed);
        &self.recorder
    }
}

impl Recorder for Noting {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, help: SharedString) {
        self.describe(&name);
        self.recorder.describe_counter(name, unit, help);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, help: SharedString) {
        self.describe(&name);
        self.recorder.describe_gauge(name, unit, help);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, help: SharedString) {
        self.describe(&name);
        self.recorder.describe_histogram(name, unit, help);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.register().register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.register().register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        self.register().register_histogram(key, metadata)
    }
}
