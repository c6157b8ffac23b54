//! Prometheus' own text, as a scrape sees it.

#[path = "expected.rs"]
pub(crate) mod expected;

use std::{collections::BTreeMap, fmt};

use metrics::set_default_local_recorder;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use retry_runtime::metrics::{DELAY_BUCKETS, DELAY_SECONDS, DURATION_BUCKETS, DURATION_SECONDS};

use self::expected::{Expected, Sample};

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
        let mut series = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
            let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
            assert!(series.insert(name.to_owned(), value).is_none(), "{name} is there twice");
        }
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

    /// The sum of all series of a metric that have this label.
    pub(crate) fn sum(&self, metric: &str, label: &str) -> f64 {
        self.all(&format!("{metric}{{"))
            .iter()
            .filter(|(labels, _)| labels.contains(label))
            .map(|of| of.1)
            .sum()
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.series.len()
    }

    /// Every series is expected, and every expected one is there, with its value.
    #[track_caller]
    pub(crate) fn assert_is<const N: usize>(&self, expected: [Expected; N]) {
        let expected = merged(expected);
        let unexpected = self.series.keys().filter(|series| !expected.contains_key(*series));
        let unexpected = unexpected.map(|series| format!("{series}: is there"));
        self.assert_none(self.faults(&expected).into_iter().chain(unexpected));
    }

    /// Every expected series is there, with its value.
    #[track_caller]
    pub(crate) fn assert_holds<const N: usize>(&self, expected: [Expected; N]) {
        self.assert_none(self.faults(&merged(expected)));
    }

    fn faults(&self, expected: &BTreeMap<String, Sample>) -> Vec<String> {
        let faulty = expected
            .iter()
            .map(|(series, sample)| (series, sample, self.series.get(series)))
            .filter(|(_, sample, value)| !value.is_some_and(|value| sample.allows(*value)));
        faulty.map(|(series, sample, value)| format!("{series}: {value:?}, expected {sample:?}")).collect()
    }

    #[track_caller]
    fn assert_none(&self, faults: impl IntoIterator<Item = String>) {
        let faults: Vec<String> = faults.into_iter().collect();
        assert!(faults.is_empty(), "{}\n\n{}", faults.join("\n"), self.text);
    }
}

#[track_caller]
fn merged<const N: usize>(expected: [Expected; N]) -> BTreeMap<String, Sample> {
    let mut all = BTreeMap::new();
    for (series, sample) in expected.into_iter().flat_map(|expected| expected.series) {
        assert!(all.insert(series.clone(), sample).is_none(), "{series} is expected twice");
    }
    all
}

impl fmt::Display for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
