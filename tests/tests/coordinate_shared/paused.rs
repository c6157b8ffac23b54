//! A paused clock rules shared guards as it rules others, though the coordinator's thread has another.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use retry_runtime::{CircuitBreaker, CircuitState, RetryBudget, RetryPolicy, coordinate, retry};
use retry_tests::{Failure, servers::Redis};

use crate::scripts_run;

/// Waits for no slot.
const ALONE: RetryPolicy = RetryPolicy::DEFAULT.with_coordination(false);

static LAKE: CircuitBreaker = CircuitBreaker::new("paused").with_minimum_calls(1).with_probes(1).shared();
static API: RetryBudget = RetryBudget::new("paused").shared();

#[derive(Debug)]
struct Down;

impl From<retry_runtime::CircuitOpen> for Down {
    fn from(_: retry_runtime::CircuitOpen) -> Self {
        Self
    }
}

#[retry(policy = ALONE, max_attempts = 1, circuit_breaker = LAKE, filter = |_| true)]
async fn call(is_up: bool) -> Result<(), Down> {
    if is_up { Ok(()) } else { Err(Down) }
}

#[retry(policy = ALONE, max_attempts = 2, initial_delay = "30s", max_delay = "30s", budget = API, filter = |_| true)]
async fn fail(attempts: &AtomicU32) -> Result<(), Failure> {
    attempts.fetch_add(1, Ordering::Relaxed);
    Err(Failure(1))
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_the_calls_rules() {
    let server = Redis::start();
    coordinate::redis::connect(&server.url()).unwrap().install();

    call(false).await.unwrap_err();
    assert_eq!(LAKE.state(), CircuitState::Open);
    // Its own opening comes back from Redis, and is no news.
    let asked = scripts_run(&server);
    tokio::time::advance(Duration::from_secs(31)).await;
    for _ in 0..10 {
        assert_eq!(LAKE.state(), CircuitState::HalfOpen);
        thread::sleep(Duration::from_millis(50));
    }
    assert!(scripts_run(&server) > asked, "nothing was asked meanwhile");
    call(true).await.unwrap();
    assert_eq!(LAKE.state(), CircuitState::Closed);

    let attempts = AtomicU32::new(0);
    while attempts.load(Ordering::Relaxed) < 20 {
        fail(&attempts).await.unwrap_err();
    }
    coordinate::uninstall();
}
