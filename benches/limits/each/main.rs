//! `#[retry]` of retry-runtime with each of its limits, on functions that succeed at once.

use std::{process::ExitCode, sync::LazyLock, thread, time::Duration};

use retry_benches::{
    Contestant,
    work::{self, Failure, is_transient, operation, operation_async},
};
use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, RetryBudget, Verdict, retry};

static RATIO: RetryBudget = RetryBudget::new("ratio");
static TOKENS: RetryBudget = RetryBudget::token_bucket("tokens");
/// Two retries empty it, and it takes a billion successes to fill it again.
static SPENT: RetryBudget =
    RetryBudget::token_bucket("spent").with_capacity(1_000_000_000).with_transient_cost(500_000_000);
static BREAKER: CircuitBreaker = CircuitBreaker::new("breaker");
static SLOW: CircuitBreaker = CircuitBreaker::new("slow").with_slow_calls(0.5, Duration::from_secs(60));
/// Throttled, it lets a million attempts a second through, so that none of them waits here.
static RATE: AdaptiveRate = AdaptiveRate::new("rate").with_min_rate(1e6);
static STOP: LazyLock<CancelToken> = LazyLock::new(CancelToken::new);

/// An async function with further keys.
macro_rules! asynchronous {
    ($name:ident: $($keys:tt)*) => {
        #[retry(filter = is_transient, $($keys)*)]
        async fn $name(key: &str) -> Result<u64, Failure> {
            operation_async(key).await
        }
    };
}

/// Both forms of a function with further keys.
macro_rules! forms {
    ($blocking:ident $asynchronous:ident: $($keys:tt)*) => {
        #[retry(filter = is_transient, $($keys)*)]
        fn $blocking(key: &str) -> Result<u64, Failure> {
            operation(key)
        }

        asynchronous! { $asynchronous: $($keys)* }
    };
}

forms! { none none_async: }
forms! { ratio ratio_async: budget = RATIO }
forms! { tokens tokens_async: budget = TOKENS }
forms! { spent spent_async: budget = SPENT }
forms! { breaker breaker_async: circuit_breaker = BREAKER, open_error = away }
forms! { slow slow_async: circuit_breaker = SLOW, open_error = away }
forms! { rate rate_async: adaptive = RATE }
forms! { cancel cancel_async: cancel = *STOP }
forms! { guards guards_async: budget = RATIO, circuit_breaker = BREAKER, open_error = away, adaptive = RATE }
asynchronous! { attempt_timeout: attempt_timeout = "30s", timeout_error = away }
asynchronous! { deadline: deadline = "60s", timeout_error = away }
asynchronous! {
    all: budget = RATIO, circuit_breaker = BREAKER, open_error = away, adaptive = RATE,
    attempt_timeout = "30s", deadline = "60s", timeout_error = away, cancel = *STOP
}

/// What the attempt becomes that a limit drops or refuses.
fn away<T>(_: T) -> Failure {
    Failure::Unavailable(0)
}

/// Empties the bucket.
fn spend() {
    #[retry(initial_delay = "0s", filter = is_transient, budget = SPENT)]
    fn fail() -> Result<u64, Failure> {
        operation("")
    }

    work::fail_next(3);
    assert!(fail().is_err());
    assert_eq!(SPENT.balance(), 0);
}

/// Is throttled by the server; a tenth of a second later there are a hundred thousand turns.
fn throttle() {
    #[retry(max_attempts = 1, filter = |_| Verdict::THROTTLED, adaptive = RATE)]
    fn fail() -> Result<u64, Failure> {
        operation("")
    }

    work::fail_next(1);
    assert!(fail().is_err());
    assert_eq!(RATE.rate(), Some(1e6));
    thread::sleep(Duration::from_millis(100));
}

fn main() -> ExitCode {
    Contestant::from_arguments()
        .clock("blocking", std::time::Instant::now)
        .clock("async", || tokio::time::Instant::now().into_std())
        .limit("none", none, none_async)
        .limit("ratio", ratio, ratio_async)
        .limit("tokens", tokens, tokens_async)
        .prepared("spent", spend)
        .limit("spent", spent, spent_async)
        .limit("breaker", breaker, breaker_async)
        .limit("slow", slow, slow_async)
        .limit("rate", rate, rate_async)
        .prepared("throttled", throttle)
        .limit("throttled", rate, rate_async)
        .async_limit("attempt-timeout", attempt_timeout)
        .async_limit("deadline", deadline)
        .limit("cancel", cancel, cancel_async)
        .limit("guards", guards, guards_async)
        .async_limit("all", all)
        .exit()
}
