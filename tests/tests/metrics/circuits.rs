//! Circuit breakers: the state of each, how often it turned, and attempts that were refused.

use std::{io, time::Duration};

use retry_runtime::{CircuitBreaker, CircuitOpen, HttpError, RetryError, RetryPolicy, retry};
use retry_tests::{Flaky, ServerError};
use tokio::time::advance;

use crate::{
    expected::{circuit, operation},
    exposition::{Scrape, recorder, scraped_async},
};

const IO: &str = "io";
const MINUTES: Duration = Duration::from_secs(120);

fn fragile() -> CircuitBreaker {
    CircuitBreaker::new("lake").with_consecutive_failures(1).with_probes(1)
}

#[retry(max_attempts = 9, initial_delay = "100ms", jitter = none, circuit_breaker = breaker)]
async fn guarded(flaky: &Flaky, breaker: &CircuitBreaker) -> io::Result<u32> {
    flaky.call_async().await.map_err(io::Error::other)
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_nothing_happened_to_is_closed() {
    let scrape = scraped_async(guarded(&Flaky::failing(0), &fragile())).await;
    scrape.assert_is([
        operation("", "guarded").attempts([("1", 1)]).succeeded("1", 1).took([0.0]),
        circuit("lake", "closed"),
    ]);
}

/// The refused attempt has a number, but no series.
#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_refused_was_not_made() {
    let scrape = scraped_async(guarded(&Flaky::failing(1), &fragile())).await;
    scrape.assert_is([
        operation("", "guarded")
            .attempts([("1", 1), ("3", 1)])
            .succeeded("3", 1)
            .delayed([0.1, 29.9])
            .took([30.0]),
        circuit("lake", "closed").turned("open", 1).turned("half-open", 1).turned("closed", 1),
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_circuit_that_stays_open_ends_the_call() {
    let breaker = fragile().with_open_time(MINUTES);
    let scrape = scraped_async(guarded(&Flaky::failing(1), &breaker)).await;
    scrape.assert_is([
        operation("", "guarded")
            .attempts([("1", 1)])
            .gave_up("circuit_open", "circuit open", 1)
            .delayed([0.1])
            .took([0.1]),
        circuit("lake", "open").turned("open", 1),
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_to_an_open_circuit_makes_no_attempt() {
    let breaker = fragile().with_open_time(MINUTES);
    let _ = guarded(&Flaky::failing(1), &breaker).await;
    advance(Duration::from_secs(2)).await;
    let scrape = scraped_async(async {
        for _ in 0..3 {
            assert!(guarded(&Flaky::failing(0), &breaker).await.is_err());
        }
    })
    .await;
    scrape.assert_is([
        operation("", "guarded").gave_up("circuit_open", "circuit open", 3).took([0.0; 3]),
        circuit("lake", "open"),
    ]);
}

#[tokio::test(start_paused = true)]
async fn the_gauge_follows_the_circuit_through_its_states() {
    let recorder = recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let breaker = fragile().with_open_time(MINUTES).with_probes(2);
    let failing = async || assert!(guarded(&Flaky::failing(9), &breaker).await.is_err());
    let well = async || assert!(guarded(&Flaky::failing(0), &breaker).await.is_ok());
    let states = || {
        let scrape = Scrape::of(&recorder.handle());
        ["closed", "open", "half-open"].map(|state| {
            let value = |metric| {
                let labels = format!(r#"{{breaker="lake",state="{state}"}}"#);
                scrape.all(metric).iter().find(|series| series.0 == labels).map(|series| series.1)
            };
            (value("retry_circuit_state"), value("retry_circuit_transitions_total"))
        })
    };
    let (on, off) = (Some(1.0), Some(0.0));
    assert_eq!(states(), [(None, None); 3]);
    well().await;
    assert_eq!(states(), [(on, off), (off, off), (off, off)]);
    failing().await;
    assert_eq!(states(), [(off, off), (on, Some(1.0)), (off, off)]);
    advance(MINUTES).await;
    well().await;
    assert_eq!(states(), [(off, off), (off, Some(1.0)), (on, Some(1.0))]);
    failing().await;
    assert_eq!(states(), [(off, off), (on, Some(2.0)), (off, Some(1.0))]);
    advance(MINUTES).await;
    well().await;
    well().await;
    assert_eq!(states(), [(on, Some(1.0)), (off, Some(2.0)), (off, Some(2.0))]);
    failing().await;
    breaker.reset();
    assert_eq!(states(), [(on, Some(2.0)), (off, Some(3.0)), (off, Some(2.0))]);
    breaker.reset();
    assert_eq!(states(), [(on, Some(2.0)), (off, Some(3.0)), (off, Some(2.0))], "it did not turn");
}

#[tokio::test(start_paused = true)]
async fn a_recorder_that_comes_late_hears_of_the_circuit() {
    let breaker = fragile();
    let _ = guarded(&Flaky::failing(0), &breaker).await;
    advance(Duration::from_secs(2)).await;
    let scrape = scraped_async(async {
        // What a success cannot change is counted without the lock, until a tenth of the window is over.
        for _ in 0..2 {
            let _ = guarded(&Flaky::failing(0), &breaker).await;
        }
    })
    .await;
    scrape.assert_is([
        operation("", "guarded").attempts([("1", 2)]).succeeded("1", 2).took([0.0, 0.0]),
        circuit("lake", "closed"),
    ]);
}

/// The error is the user's; what it is counted as is not.
#[retry(initial_delay = "0s", circuit_breaker = breaker, open_error = |_: CircuitOpen| ServerError::Gone)]
async fn expressed(breaker: &CircuitBreaker) -> Result<u32, ServerError> {
    Err(ServerError::Busy)
}

#[retry(initial_delay = "0s", circuit_breaker = breaker, wrap_error)]
async fn wordless(breaker: &CircuitBreaker) -> Result<u32, RetryError<ServerError>> {
    Err(ServerError::Busy)
}

#[retry(initial_delay = "0s", circuit_breaker = breaker)]
async fn http(breaker: &CircuitBreaker) -> Result<u32, HttpError> {
    Err(io::Error::from(io::ErrorKind::ConnectionReset).into())
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_counted_as_one_whatever_becomes_of_it() {
    let breaker = || fragile().with_open_time(MINUTES);
    let scrape = scraped_async(async {
        assert_eq!(expressed(&breaker()).await, Err(ServerError::Gone));
        assert!(wordless(&breaker()).await.is_err());
        assert!(http(&breaker()).await.is_err());
    })
    .await;
    let [one, two, three] = ["expressed", "wordless", "http"].map(|name| {
        operation("", name)
            .attempts([("1", 1)])
            .gave_up("circuit_open", "circuit open", 1)
            .delayed([0.0])
            .took([0.0])
    });
    scrape.assert_is([one, two, three, circuit("lake", "open").turned("open", 3)]);
}

#[tokio::test(start_paused = true)]
async fn ad_hoc_calls_are_refused_alike() {
    let breaker = fragile().with_open_time(MINUTES);
    let policy = RetryPolicy::DEFAULT.with_initial_delay(Duration::from_millis(100));
    let policy = policy.with_jitter(retry_runtime::Jitter::None);
    let flaky = Flaky::failing(1);
    let scrape = scraped_async(async {
        let attempt = async || flaky.call().map_err(io::Error::other);
        let call = policy.call_async(attempt).operation("awaited").circuit_breaker(&breaker);
        assert!(call.run().await.is_err());
        let attempt = || flaky.call().map_err(io::Error::other);
        let call = policy.call(attempt).operation("called").circuit_breaker(&breaker);
        assert!(call.run().is_err());
    })
    .await;
    let refused = |name| operation("", name).gave_up("circuit_open", "circuit open", 1);
    scrape.assert_is([
        refused("awaited").attempts([("1", 1)]).delayed([0.1]).took([0.1]),
        refused("called").took_real_time(1),
        circuit("lake", "open").turned("open", 1),
    ]);
}

#[retry(max_attempts = 2, initial_delay = "7s", jitter = none, circuit_breaker = breaker, cancel = stop)]
async fn cancelled(
    flaky: &Flaky,
    breaker: &CircuitBreaker,
    stop: &retry_runtime::CancelToken,
) -> io::Result<u32> {
    flaky.call_async().await.map_err(io::Error::other)
}

/// The error of the call is that of its attempt; none was refused.
#[tokio::test(start_paused = true)]
async fn a_wait_for_a_circuit_that_is_cancelled() {
    let stop = retry_runtime::CancelToken::new();
    let breaker = fragile();
    let flaky = Flaky::failing(9);
    let scrape = scraped_async(async {
        let cancel = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            stop.cancel();
        };
        let (outcome, ()) = tokio::join!(cancelled(&flaky, &breaker, &stop), cancel);
        assert!(outcome.is_err());
    })
    .await;
    scrape.assert_is([
        operation("", "cancelled")
            .attempts([("1", 1)])
            .gave_up(IO, "cancelled", 1)
            .delayed([7.0])
            .took([3.0]),
        circuit("lake", "open").turned("open", 1),
    ]);
}
