//! The log, as a user's subscriber sees it: levels, fields, the line a person reads, the span it is in.

mod capture;

use std::{
    fmt::{self, Debug, Display},
    time::Duration,
};

use capture::{Line, Log};
use retry_runtime::{RetryPolicy, Verdict, retry};
use retry_tests::{Failure, Flaky, record};
use tracing::{Instrument, Level, instrument::WithSubscriber};
use tracing_subscriber::{Layer, filter::LevelFilter, layer::SubscriberExt};

/// Since when time counts where nothing asked for the call's start: metrics do.
const SINCE: &str = if cfg!(feature = "metrics") { "elapsed_seconds" } else { "retrying_seconds" };

fn close(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-6
}

/// A gateway's answer.
struct Status(u16, &'static str);

impl Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

#[retry(max_attempts = 5, initial_delay = "1.05s", jitter = none, service = "workers", sleep = record)]
fn create_worker(flaky: &Flaky) -> Result<u32, Status> {
    flaky.call().map_err(|_| Status(502, "Bad Gateway"))
}

// Levels.

#[test]
fn a_first_attempt_that_succeeds_says_nothing() {
    let (log, _guard) = Log::listen();
    assert!(create_worker(&Flaky::failing(0)).is_ok());
    assert!(RetryPolicy::HTTP.call(|| Flaky::failing(0).call()).run().is_ok());
    let mut attempts = RetryPolicy::HTTP.attempts("loop");
    attempts.next_blocking();
    attempts.succeeded();
    assert!(log.lines().is_empty(), "{:#?}", log.lines());
}

#[tokio::test(start_paused = true)]
async fn a_first_async_attempt_that_succeeds_says_nothing() {
    let (log, _guard) = Log::listen();
    assert!(annotated_async(&Flaky::failing(0)).await.is_ok());
    assert!(RetryPolicy::HTTP.call_async(async || Flaky::failing(0).call()).run().await.is_ok());
    assert!(log.lines().is_empty(), "{:#?}", log.lines());
}

#[test]
fn each_attempt_that_will_be_repeated_is_a_warning() {
    let (log, _guard) = Log::listen();
    let _ = create_worker(&Flaky::failing(9));
    assert_eq!(log.levels()[..4], [Level::WARN; 4]);
    assert_eq!(log.messages()[1], "attempt 2/5 of create_worker failed, next in 2.1s: 502 Bad Gateway");
}

#[test]
fn a_warning_has_its_figures_as_fields() {
    let (log, _guard) = Log::listen();
    let _ = create_worker(&Flaky::failing(9));
    let line = &log.lines()[1];
    assert_eq!(line.target, "retry_runtime");
    assert_eq!(line.text("service"), "workers");
    assert_eq!(line.text("operation"), "create_worker");
    assert!(close(line.number("attempt"), 2.0));
    assert!(close(line.number("max_attempts"), 5.0));
    assert!(close(line.number("delay_seconds"), 2.1));
    assert_eq!(line.text("error"), "502 Bad Gateway");
    assert!(!line.has("reason"), "it goes on");
}

#[test]
fn success_after_retries_is_an_info() {
    let (log, _guard) = Log::listen();
    assert_eq!(create_worker(&Flaky::failing(2)).ok(), Some(3));
    assert_eq!(log.levels(), [Level::WARN, Level::WARN, Level::INFO]);
    let line = &log.lines()[2];
    assert_eq!(line.message, "create_worker succeeded on attempt 3/5");
    assert_eq!(line.text("service"), "workers");
    assert_eq!(line.text("operation"), "create_worker");
    assert!(close(line.number("attempt"), 3.0));
    assert!(close(line.number("max_attempts"), 5.0));
    assert!(line.has(SINCE));
    assert!(!line.has("error") && !line.has("delay_seconds") && !line.has("reason"));
}

#[test]
fn exhaustion_is_an_error_with_its_reason() {
    let (log, _guard) = Log::listen();
    assert!(create_worker(&Flaky::failing(9)).is_err());
    let lines = log.lines();
    assert_eq!(lines.len(), 5);
    let line = &lines[4];
    assert_eq!(line.level, Level::ERROR);
    assert_eq!(line.message, "create_worker gave up after attempt 5/5 (attempts exhausted): 502 Bad Gateway");
    assert_eq!(line.text("reason"), "attempts exhausted");
    assert_eq!(line.text("error"), "502 Bad Gateway");
    assert!(close(line.number("attempt"), 5.0));
    assert!(!line.has("delay_seconds"), "nothing follows");
}

#[test]
fn a_permanent_error_is_a_debug() {
    #[retry(filter = |_| false, sleep = record)]
    fn forbidden() -> Result<(), Status> {
        Err(Status(403, "Forbidden"))
    }
    let (log, _guard) = Log::listen();
    assert!(forbidden().is_err());
    let line = log.only();
    assert_eq!(line.level, Level::DEBUG);
    assert_eq!(line.message, "attempt 1/3 of forbidden failed, not retried (permanent): 403 Forbidden");
    assert_eq!(line.text("reason"), "permanent");
}

#[test]
fn a_function_of_one_attempt_that_fails_says_that_it_gave_up() {
    #[retry(max_attempts = 1, sleep = record)]
    fn once() -> Result<(), Failure> {
        Err(Failure(1))
    }
    let (log, _guard) = Log::listen();
    assert!(once().is_err());
    assert_eq!(log.only().message, "once gave up after attempt 1/1 (attempts exhausted): attempt 1 failed");
}

#[test]
fn a_service_that_was_not_named_is_no_field() {
    let (log, _guard) = Log::listen();
    let call = RetryPolicy::DEFAULT.call(|| Err::<(), _>("no")).operation("fetch");
    assert_eq!(call.sleep(record).run(), Err("no"));
    assert!(log.lines().iter().all(|line| !line.has("service")));
    assert!(log.lines().iter().all(|line| line.text("operation") == "fetch"));
}

#[test]
fn ad_hoc_calls_and_loops_log_as_functions_do() {
    let policy = RetryPolicy::DEFAULT
        .with_max_attempts(5)
        .with_initial_delay(Duration::from_millis(1050))
        .with_jitter(retry_runtime::Jitter::None);
    let said = |act: &dyn Fn(&Flaky)| {
        let (log, _guard) = Log::listen();
        act(&Flaky::failing(2));
        act(&Flaky::failing(9));
        log.messages()
    };
    let annotated = said(&|flaky| drop(create_worker(flaky)));
    let called = said(&|flaky| {
        let attempt = || flaky.call().map_err(|_| Status(502, "Bad Gateway"));
        drop(policy.call(attempt).operation("create_worker").sleep(record).run());
    });
    let looped = said(&|flaky| {
        let mut attempts = policy.attempts("create_worker").sleep(record);
        loop {
            attempts.next_blocking();
            match flaky.call() {
                Err(_) if attempts.failed(Status(502, "Bad Gateway")).is_err() => break,
                Err(_) => {}
                Ok(_) => break attempts.succeeded(),
            }
        }
    });
    assert_eq!(annotated.len(), 8);
    assert_eq!(annotated, called);
    assert_eq!(annotated, looped);
}

#[retry(max_attempts = 4, initial_delay = "1s", jitter = none)]
async fn annotated_async(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call_async().await
}

// Subscribers.

#[test]
fn layers_with_filters_of_their_own_hear_what_they_asked_for() {
    let (errors, all) = (Log::default(), Log::default());
    let subscriber = tracing_subscriber::registry()
        .with(errors.clone().with_filter(LevelFilter::ERROR))
        .with(all.clone().with_filter(LevelFilter::TRACE));
    tracing::subscriber::with_default(subscriber, || drop(create_worker(&Flaky::failing(9))));
    assert_eq!(errors.levels(), [Level::ERROR]);
    assert_eq!(all.levels().len(), 5);
}

#[test]
fn asking_who_listens_costs_no_layer_a_line_of_the_users() {
    use tracing_subscriber::filter::Targets;

    #[retry(filter = |_| false)]
    fn permanent() -> Result<(), Failure> {
        Err(Failure(0))
    }
    let (own, all) = (Log::default(), Log::default());
    let errors = Targets::new().with_target("app", Level::ERROR);
    let subscriber = tracing_subscriber::registry()
        .with(own.clone().with_filter(errors.clone()))
        .with(all.clone().with_filter(errors.with_target("retry_runtime", Level::ERROR)));
    tracing::subscriber::with_default(subscriber, || {
        let _ = permanent();
        tracing::error!(target: "app", "mine");
    });
    assert_eq!(own.messages(), ["mine"]);
    assert_eq!(all.messages(), ["mine"]);
}

#[test]
fn a_retry_at_once_is_said_so() {
    #[retry(initial_delay = "0s")]
    fn eager(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
    let (log, _guard) = Log::listen();
    let _ = eager(&Flaky::failing(1));
    assert_eq!(log.messages()[0], "attempt 1/3 of eager failed, next at once: attempt 1 failed");
    assert!(close(log.lines()[0].number("delay_seconds"), 0.0));
}

// Limits.

#[test]
fn unlimited_attempts_have_no_most() {
    #[retry(max_attempts = unlimited, max_elapsed = "1m", initial_delay = "1s", jitter = none, sleep = record)]
    fn patient(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
    let (log, _guard) = Log::listen();
    let _ = patient(&Flaky::failing(1));
    assert_eq!(
        log.messages(),
        ["attempt 1 of patient failed, next in 1.0s: attempt 1 failed", "patient succeeded on attempt 2"]
    );
    assert!(log.lines().iter().all(|line| !line.has("max_attempts")));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ran_out_of_time_says_so() {
    #[retry(max_attempts = 9, initial_delay = "1s", jitter = none, max_elapsed = "2s")]
    async fn hurried() -> Result<(), Failure> {
        Err(Failure(0))
    }
    let (log, _guard) = Log::listen();
    let _ = hurried().await;
    assert_eq!(log.levels(), [Level::WARN, Level::ERROR]);
    assert_eq!(log.messages()[1], "hurried gave up after attempt 2/9 (elapsed): attempt 0 failed");
    assert_eq!(log.lines()[1].text("reason"), "elapsed");
}

#[test]
fn a_server_that_asks_for_too_long_is_named_as_the_reason() {
    #[retry(filter = |_| Verdict::THROTTLED.with_server_hint(Duration::from_secs(3600)), sleep = record)]
    fn throttled() -> Result<(), Status> {
        Err(Status(429, "Too Many Requests"))
    }
    let (log, _guard) = Log::listen();
    let _ = throttled();
    let line = log.only();
    assert_eq!(line.level, Level::ERROR);
    assert_eq!(
        line.message,
        "throttled gave up after attempt 1/3 (server hint too long): 429 Too Many Requests"
    );
    assert_eq!(line.text("reason"), "server hint too long");
}

#[test]
fn a_value_turned_down_stands_for_the_error() {
    #[retry(max_attempts = 2, initial_delay = "1s", jitter = none, filter_ok = |ready| !ready, sleep = record)]
    fn poll() -> Result<bool, Failure> {
        Ok(false)
    }
    let (log, _guard) = Log::listen();
    assert_eq!(poll(), Ok(false));
    assert_eq!(
        log.messages(),
        [
            "attempt 1/2 of poll failed, next in 1.0s: value turned down by filter_ok",
            "poll gave up after attempt 2/2 (attempts exhausted): value turned down by filter_ok",
        ]
    );
    assert_eq!(log.levels(), [Level::WARN, Level::ERROR]);
}

#[test]
fn a_failed_before_retry_ends_the_call_and_says_so() {
    let (log, _guard) = Log::listen();
    let call = RetryPolicy::DEFAULT.call(|| Err::<(), _>("expired")).sleep(record).operation("fetch");
    assert_eq!(call.before_retry(|_| Err::<(), _>("no token")).run(), Err("no token"));
    assert_eq!(log.messages()[1], "fetch gave up after attempt 1/3, its before_retry failed: no token");
}

mod circuits;

mod described;

mod spans;

mod blocked_workers;

mod limits;

mod guards;

mod times;
