//! A panic, wherever it happens, gives back what the call held.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use retry_runtime::{AdaptiveRate, CircuitBreaker, CircuitState, RetryBudget, RetryError, Verdict, retry};
use retry_tests::ServerError;
use tokio::time::{advance, sleep};

use crate::script::{MILLI, SECOND, Script, THROTTLED, admits, at_rate, guarded_by, next_turn};

/// Where the user's code panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Body,
    BodyLater,
    Filter,
    FilterOk,
    OnRetry,
    Prepare,
    OnGiveUp,
    Fallback,
    OnSuccess,
}

const PLACES: [Place; 9] = [
    Place::Body,
    Place::BodyLater,
    Place::Filter,
    Place::FilterOk,
    Place::OnRetry,
    Place::Prepare,
    Place::OnGiveUp,
    Place::Fallback,
    Place::OnSuccess,
];

impl Place {
    /// The user's code, at `self`.
    #[track_caller]
    fn reached(self, panics: Self) {
        assert!(self != panics, "on purpose");
    }

    /// An outcome with which a call gets there.
    const fn outcome(self) -> Result<u32, ServerError> {
        match self {
            Self::FilterOk | Self::OnSuccess => Ok(1),
            Self::OnGiveUp | Self::Fallback => Err(ServerError::Gone),
            _ => Err(ServerError::Busy),
        }
    }
}

fn judged(error: &ServerError) -> Verdict {
    retry_runtime::Classify::classify(error)
}

struct Guards {
    budget: RetryBudget,
    breaker: CircuitBreaker,
    rate: AdaptiveRate,
}

impl Guards {
    fn new(open_time: Duration) -> Self {
        Self {
            budget: RetryBudget::token_bucket("api"),
            breaker: CircuitBreaker::new("lake")
                .with_consecutive_failures(1)
                .with_probes(1)
                .with_open_time(open_time),
            rate: AdaptiveRate::new("api").with_min_rate(1.0),
        }
    }
}

#[retry(
    initial_delay = "0s",
    budget = guards.budget,
    circuit_breaker = guards.breaker,
    adaptive = guards.rate,
    filter = |error| { Place::Filter.reached(panics); judged(error) },
    filter_ok = |_| { Place::FilterOk.reached(panics); false },
    on_retry = |_| Place::OnRetry.reached(panics),
    before_retry = async |_| Place::Prepare.reached(panics),
    on_give_up = |_| Place::OnGiveUp.reached(panics),
    on_success = |_| Place::OnSuccess.reached(panics),
    fallback = async |error| { Place::Fallback.reached(panics); Err(error) },
    wrap_error,
)]
async fn asynchronous(guards: Arc<Guards>, panics: Place) -> Result<u32, RetryError<ServerError>> {
    Place::Body.reached(panics);
    sleep(SECOND).await;
    Place::BodyLater.reached(panics);
    panics.outcome()
}

#[tokio::test(start_paused = true)]
async fn in_an_async_call() {
    for place in PLACES {
        let guards = Arc::new(Guards::new(SECOND * 30));
        assert!(guarded_by(&guards.breaker, &Script::failing(ServerError::Busy)).await.is_err());
        advance(SECOND * 30).await;
        assert_eq!(guards.breaker.state(), CircuitState::HalfOpen);
        assert!(at_rate(&guards.rate, &Script::failing(THROTTLED)).await.is_err());
        // It waits for its turn, then is the probe.
        let call = tokio::spawn(asynchronous(Arc::clone(&guards), place));
        assert!(call.await.is_err_and(|error| error.is_panic()), "{place:?}");
        let longest = guards.rate.rate().map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        assert!(next_turn(&guards.rate).await <= longest + MILLI, "{place:?}");
        advance(SECOND * 30).await;
        assert!(admits(&guards.breaker).await && admits(&guards.breaker).await, "{place:?}");
    }
}

#[retry(
    initial_delay = "0s",
    budget = guards.budget,
    circuit_breaker = guards.breaker,
    adaptive = guards.rate,
    filter = |error| { Place::Filter.reached(panics); judged(error) },
    filter_ok = |_| { Place::FilterOk.reached(panics); false },
    on_retry = |_| Place::OnRetry.reached(panics),
    before_retry = |_| Place::Prepare.reached(panics),
    on_give_up = |_| Place::OnGiveUp.reached(panics),
    on_success = |_| Place::OnSuccess.reached(panics),
    fallback = |error| { Place::Fallback.reached(panics); Err(error) },
    wrap_error,
)]
fn blocking(guards: &Guards, panics: Place) -> Result<u32, RetryError<ServerError>> {
    Place::Body.reached(panics);
    Place::BodyLater.reached(panics);
    panics.outcome()
}

#[retry(max_attempts = 1, circuit_breaker = guards.breaker, wrap_error)]
fn probe(guards: &Guards, outcome: Result<u32, ServerError>) -> Result<u32, RetryError<ServerError>> {
    outcome
}

#[test]
fn in_a_blocking_call() {
    for place in PLACES {
        let guards = Guards::new(Duration::from_nanos(1));
        assert!(probe(&guards, Err(ServerError::Busy)).is_err());
        assert_eq!(guards.breaker.state(), CircuitState::HalfOpen);
        let call = catch_unwind(AssertUnwindSafe(|| blocking(&guards, place)));
        assert!(call.is_err(), "{place:?}");
        // The one probe there is.
        assert_eq!(probe(&guards, Ok(1)), Ok(1), "{place:?}");
        assert_eq!(guards.breaker.state(), CircuitState::Closed, "{place:?}");
    }
}
