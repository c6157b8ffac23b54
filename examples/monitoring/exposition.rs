//! The recorder that counts, and what Prometheus reads.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use retry_runtime::metrics::{DELAY_BUCKETS, DELAY_SECONDS, DURATION_BUCKETS, DURATION_SECONDS};

/// Installs the recorder. A histogram without buckets would become a summary, of which Prometheus can make no quantile
/// over several processes.
pub(crate) fn install() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATION_SECONDS.to_owned()), &DURATION_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(DELAY_SECONDS.to_owned()), &DELAY_BUCKETS)?
        .install_recorder()
}

/// Histograms keep every value until somebody reads them: without this, for ever if nobody does. Does not end.
pub(crate) async fn upkeep(metrics: PrometheusHandle) {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}
