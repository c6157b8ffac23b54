//! Prometheus' own text, as a scrape sees it.

use std::{collections::BTreeMap, fmt};

use metrics::set_default_local_recorder;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use retry_runtime::metrics::{DELAY_BUCKETS, DELAY_SECONDS, DURATION_BUCKETS, DURATION_SECONDS};

/// A recorder with the buckets that the documentation tells to set.
pub(crate) fn recorder() -> PrometheusRecorder {
    let buckets = [(DURATION_SECONDS, &DURATION_BUCKETS[..]), (DELAY_SECONDS, &DELAY_BUCKETS[..])];
    let builder = buckets.into_iter().fold(PrometheusBuilder::new(), |builder, (name, bounds)| {
        builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds).unwrap()
    });
    builder.build_recorder()
}

/// What `scene` counts, on this thread.
pub(crate) fn scraped(scene: impl FnOnce()) -> Scrape {
    let recorder = recorder();
    metrics::with_local_recorder(&recorder, scene);
    Scrape::of(&recorder.handle())
}

/// The same of what is awaited, on a runtime of one thread.
pub(crate) async fn scraped_async(scene: impl Future) -> Scrape {
    let recorder = recorder();
    let guard = set_default_local_recorder(&recorder);
    scene.await;
    drop(guard);
    Scrape::of(&recorder.handle())
}

/// One scrape: every series with its value, and the lines about it.
#[derive(Debug)]
pub(crate) struct Scrape {
    pub(crate) text: String,
    series: BTreeMap<String, f64>,
}

impl Scrape {
    pub(crate) fn of(handle: &PrometheusHandle) -> Self {
        handle.run_upkeep();
        let text = handle.render();
        let samples = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let series = samples.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {line}")))
        });
        let series = series.collect();
        Self { text, series }
    }

    /// The series of a metric whose name begins so, with their values, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<(&str, f64)> {
        let of_name = self.series.range(name.to_owned()..).take_while(|(series, _)| series.starts_with(name));
        of_name.map(|(series, value)| (&series[name.len()..], *value)).collect()
    }

    /// The value of one series.
    pub(crate) fn value(&self, series: &str) -> f64 {
        match self.series.get(series) {
            Some(value) => *value,
            None => panic!("no {series} in\n{}", self.text),
        }
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.series.len()
    }
}

impl fmt::Display for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
