//! How long it took: since the call's start, where anyone asked for it, else since its first failure.

use super::*;

#[retry(max_attempts = 4, initial_delay = "1s", jitter = none)]
async fn slow() -> Result<(), Failure> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    Err(Failure(0))
}

fn assert_times(log: &Log, field: &str, expected: &[f64]) {
    let times: Vec<f64> = log.lines().iter().map(|line| line.number(field)).collect();
    assert_eq!(times.len(), expected.len());
    assert!(times.iter().zip(expected).all(|(time, expected)| close(*time, *expected)), "{times:?}");
    let other = if field == "elapsed_seconds" { "retrying_seconds" } else { "elapsed_seconds" };
    assert!(log.lines().iter().all(|line| !line.has(other)));
}

#[tokio::test(start_paused = true)]
async fn time_counts_from_the_first_failure_where_nothing_asked_for_the_start() {
    let (log, _guard) = Log::listen();
    let _ = slow().await;
    let expected = if cfg!(feature = "metrics") { [2.0, 5.0, 9.0, 15.0] } else { [0.0, 3.0, 7.0, 13.0] };
    assert_times(&log, SINCE, &expected);
}

#[tokio::test(start_paused = true)]
async fn time_counts_from_the_start_where_a_limit_needs_it() {
    #[retry(max_attempts = 3, initial_delay = "1s", jitter = none, max_elapsed = "1m")]
    async fn limited() -> Result<(), Failure> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Err(Failure(0))
    }
    let (log, _guard) = Log::listen();
    let _ = limited().await;
    assert_times(&log, "elapsed_seconds", &[2.0, 5.0, 9.0]);
}

#[test]
fn who_hears_only_of_errors_hears_how_long_it_took() {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(LevelFilter::ERROR).with(log.clone());
    tracing::subscriber::with_default(subscriber, || drop(create_worker(&Flaky::failing(9))));
    assert!(log.only().has(SINCE));
}
