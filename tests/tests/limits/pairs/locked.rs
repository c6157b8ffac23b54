//! Guards that come out of a lock: it is taken for each look, and free again when the guard is asked.

use std::{
    future::Future,
    sync::{Arc, Mutex},
};

use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, RetryBudget, StopReason, retry};
use retry_tests::ServerError;

use crate::script::{Outcome, THROTTLED, given_up};

/// What the calls of one client share, made when it is first asked for.
struct Shared {
    budget: Arc<RetryBudget>,
    breaker: Arc<CircuitBreaker>,
    rate: Arc<AdaptiveRate>,
    stop: CancelToken,
}

struct Client {
    shared: Mutex<Shared>,
}

impl Client {
    fn new() -> Self {
        Self {
            shared: Mutex::new(Shared {
                budget: Arc::new(RetryBudget::token_bucket("api")),
                breaker: Arc::new(CircuitBreaker::new("api")),
                rate: Arc::new(AdaptiveRate::new("api").with_min_rate(1.0)),
                stop: CancelToken::new(),
            }),
        }
    }

    #[retry(
        max_attempts = 3,
        initial_delay = "1ms",
        budget = self.shared.lock().unwrap().budget.clone(),
        circuit_breaker = self.shared.lock().unwrap().breaker.clone(),
        adaptive = self.shared.lock().unwrap().rate.clone(),
        cancel = self.shared.lock().unwrap().stop.clone(),
        wrap_error
    )]
    async fn asynchronous(&self, failures: u32) -> Outcome {
        self.attempt(failures)
    }

    #[retry(
        max_attempts = 3,
        initial_delay = "1ms",
        sleep = retry_tests::record,
        budget = self.shared.lock().unwrap().budget.clone(),
        circuit_breaker = self.shared.lock().unwrap().breaker.clone(),
        adaptive = self.shared.lock().unwrap().rate.clone(),
        cancel = self.shared.lock().unwrap().stop.clone(),
        wrap_error
    )]
    fn blocking(&self, failures: u32) -> Outcome {
        self.attempt(failures)
    }

    /// Fails until nothing is charged any more; the lock is free.
    fn attempt(&self, failures: u32) -> Result<u32, ServerError> {
        let shared = self.shared.try_lock().expect("free while an attempt runs");
        let charged = u32::try_from(500 - shared.budget.balance()).expect("few") / 5;
        if charged < failures { Err(THROTTLED) } else { Ok(charged) }
    }
}

fn sendable<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::test(start_paused = true)]
async fn an_async_call_does_not_lock_itself_out() {
    let client = Client::new();
    assert_eq!(sendable(client.asynchronous(2)).await, Ok(2));
    assert_eq!(given_up(sendable(client.asynchronous(9)).await), (3, StopReason::AttemptsExhausted));
}

#[test]
fn a_blocking_call_does_not_lock_itself_out() {
    let client = Client::new();
    assert_eq!(client.blocking(2), Ok(2));
    assert_eq!(given_up(client.blocking(9)), (3, StopReason::AttemptsExhausted));
}
