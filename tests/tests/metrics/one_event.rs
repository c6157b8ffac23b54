//! What hooks are told, what the log says and what is counted is one thing.

use std::{cell::RefCell, io, time::Duration};

use retry_runtime::{CancelToken, CircuitBreaker, Event, RetryBudget, RetryError, StopReason, retry};
use retry_tests::{Failure, Flaky, ServerError};
use tokio::time::sleep;

use crate::{
    capture::{Line, Log},
    exposition::{Scrape, scraped_async},
};

thread_local! {
    static TOLD: RefCell<Vec<Told>> = const { RefCell::new(Vec::new()) };
}

/// What a hook was told.
#[derive(Clone, Debug)]
struct Told {
    operation: &'static str,
    service: Option<&'static str>,
    attempt: u32,
    max_attempts: Option<u32>,
    delay: Option<Duration>,
    elapsed: Duration,
    reason: Option<StopReason>,
    error_type: Option<&'static str>,
    budget: Option<&'static str>,
    is_refusal: bool,
    is_unmade: bool,
}

fn note<E>(event: &Event<'_, E>) {
    assert_eq!(event.retrying, None, "the start is known");
    let told = Told {
        operation: event.operation,
        service: event.service,
        attempt: event.attempt,
        max_attempts: event.max_attempts,
        delay: event.delay,
        elapsed: event.elapsed.expect("always known in hooks"),
        reason: event.reason,
        error_type: event.error_type,
        budget: event.budget,
        is_refusal: event.circuit_open.is_some(),
        is_unmade: event.attempt == 0 || event.reason == Some(StopReason::Cancelled),
    };
    TOLD.with_borrow_mut(|all| all.push(told));
}

macro_rules! heard {
    ($(#[retry($($keys:tt)*)] async fn $name:ident($($arguments:tt)*) -> $returned:ty $body:block)*) => {$(
        #[retry(
            $($keys)*,
            jitter = none,
            service = "api",
            on_retry = |event| note(event),
            on_success = |event| note(event),
            on_give_up = |event| note(event),
        )]
        async fn $name($($arguments)*) -> $returned $body
    )*};
}

const BEAT: Duration = Duration::from_millis(1_234);

heard! {
    #[retry(max_attempts = 4, initial_delay = "1.5s")]
    async fn plain(flaky: &Flaky) -> Result<u32, Failure> {
        sleep(BEAT).await;
        flaky.call()
    }

    #[retry(initial_delay = "1.5s")]
    async fn judged(errors: &mut Vec<ServerError>) -> Result<u32, ServerError> {
        sleep(BEAT).await;
        errors.pop().map_or(Ok(1), Err)
    }

    #[retry(initial_delay = "1.5s", attempt_timeout = "700ms", deadline = "9s", wrap_error)]
    async fn stalled() -> Result<u32, RetryError<Failure>> {
        std::future::pending().await
    }

    #[retry(initial_delay = "1.5s", budget = budget)]
    async fn charged(flaky: &Flaky, budget: &RetryBudget) -> Result<u32, Failure> {
        sleep(BEAT).await;
        flaky.call()
    }

    #[retry(initial_delay = "1.5s", circuit_breaker = breaker)]
    async fn guarded(flaky: &Flaky, breaker: &CircuitBreaker) -> io::Result<u32> {
        sleep(BEAT).await;
        flaky.call().map_err(io::Error::other)
    }

    #[retry(initial_delay = "1.5s", cancel = stop)]
    async fn cancelled(flaky: &Flaky, stop: &CancelToken) -> Result<u32, Failure> {
        sleep(BEAT).await;
        flaky.call()
    }

    #[retry(initial_delay = "1.5s", max_attempts = 2, filter_ok = |_| true)]
    async fn polled() -> Result<u32, Failure> {
        sleep(BEAT).await;
        Ok(1)
    }

    #[retry(initial_delay = "1.5s", before_retry = |_| async { Err(Failure(7)) })]
    async fn unprepared(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }

    #[retry(initial_delay = "1.5s", deadline_from = tokio::time::Instant::now())]
    async fn too_late() -> io::Result<u32> {
        Ok(1)
    }
}

/// What all three know of `scene`.
async fn witnessed(scene: impl Future) -> (Vec<Told>, Vec<Line>, Scrape) {
    let (log, _guard) = Log::listen();
    let scrape = scraped_async(scene).await;
    let of_calls = |line: &Line| line.target == "retry_runtime" && !line.has("circuit_breaker");
    (TOLD.take(), log.lines().into_iter().filter(of_calls).collect(), scrape)
}

/// As the log has it: to the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}

fn assert_logged(told: &Told, line: &Line) {
    assert_eq!(line.text("operation"), told.operation);
    assert_eq!(line.text("service"), told.service.unwrap());
    assert_eq!(line.number("attempt"), f64::from(told.attempt), "{told:?} {line:?}");
    assert_eq!(line.number("max_attempts"), f64::from(told.max_attempts.unwrap()));
    assert_eq!(line.number("elapsed_seconds"), seconds(told.elapsed), "{told:?} {line:?}");
    assert_eq!(line.has("delay_seconds"), told.delay.is_some());
    if let Some(delay) = told.delay {
        assert_eq!(line.number("delay_seconds"), seconds(delay));
    }
    assert_eq!(line.has("reason"), told.reason.is_some());
    if let Some(reason) = told.reason {
        assert_eq!(line.text("reason"), reason.as_str());
    }
    assert_eq!(line.has("error"), told.error_type.is_some());
}

/// The same numbers, added up.
fn assert_counted(told: &[Told], scrape: &Scrape) {
    let name = told[0].operation;
    let names = format!(r#"service="api",operation="{name}""#);
    let value = |metric: &str, labels: &str| {
        let series = format!("{metric}{{{names}{labels}}}");
        scrape.all(&series).first().map_or(0.0, |sample| sample.1)
    };
    let delays: Vec<f64> =
        told.iter().filter_map(|told| told.delay).map(|delay| delay.as_secs_f64()).collect();
    assert_eq!(value("retry_delay_seconds_count", ""), delays.len() as f64);
    assert_eq!(value("retry_delay_seconds_sum", ""), delays.iter().sum::<f64>());
    let ends: Vec<&Told> = told.iter().filter(|told| told.delay.is_none()).collect();
    assert_eq!(value("retry_duration_seconds_count", ""), ends.len() as f64);
    let took: f64 = ends.iter().map(|told| told.elapsed.as_secs_f64()).sum();
    assert_eq!(value("retry_duration_seconds_sum", ""), took, "{told:?}\n{scrape}");
    let mut counted = 0.0;
    for end in &ends {
        let same = |other: &&&Told| {
            (other.reason, other.error_type, other.reason.is_none().then_some(other.attempt))
                == (end.reason, end.error_type, end.reason.is_none().then_some(end.attempt))
        };
        let count = ends.iter().filter(same).count() as f64;
        counted += 1.0 / count;
        match (end.reason, end.error_type) {
            (Some(reason), Some(error_type)) => {
                let labels = format!(r#",error_type="{error_type}",reason="{reason}""#);
                assert_eq!(value("retry_failure_total", &labels), count, "{end:?}\n{scrape}");
            }
            (None, None) => {
                let labels = format!(r#",attempts_needed="{}""#, end.attempt);
                assert_eq!(value("retry_success_total", &labels), count, "{end:?}\n{scrape}");
            }
            _ => panic!("a reason without an error, or an error without a reason: {end:?}"),
        }
    }
    let series = scrape.all("retry_failure_total").len() + scrape.all("retry_success_total").len();
    assert!((counted - series as f64).abs() < 1e-9, "{counted} kinds of ends, {series} series");
    let attempts = told.iter().filter(|told| !told.is_refusal && !told.is_unmade).count() as f64;
    assert_eq!(scrape.sum("retry_attempts_total", ""), attempts, "{told:?}\n{scrape}");
}

/// Every event of `scene` has its line, but for successes at once, and is counted.
async fn assert_one_event(expected: usize, scene: impl Future) -> Vec<Told> {
    let (told, lines, scrape) = witnessed(scene).await;
    assert_eq!(told.len(), expected, "{told:#?}");
    let logged: Vec<&Told> = told
        .iter()
        .filter(|told| told.attempt > 1 || told.delay.is_some() || told.reason.is_some())
        .collect();
    assert_eq!(logged.len(), lines.len(), "{told:#?}\n{lines:#?}");
    for (told, line) in logged.into_iter().zip(&lines) {
        assert_logged(told, line);
    }
    assert_counted(&told, &scrape);
    told
}

#[tokio::test(start_paused = true)]
async fn of_calls_that_succeed_at_once_late_or_never() {
    let told = assert_one_event(1 + 3 + 4 + 2 + 1, async {
        for failures in [0, 2, 9, 1] {
            let _ = plain(&Flaky::failing(failures)).await;
        }
        let _ = plain(&Flaky::failing(0)).await;
    })
    .await;
    let elapsed: Vec<f64> = told[1..4].iter().map(|told| seconds(told.elapsed)).collect();
    assert_eq!(elapsed, [1.234, 3.968, 8.202], "attempts of 1.234 s, waits of 1.5 s and 3 s");
    assert_eq!(told[1].error_type, Some("retry_tests::Failure"));
    assert_eq!(told[3].error_type, None);
}

#[tokio::test(start_paused = true)]
async fn of_errors_that_judge_themselves() {
    let hint = ServerError::BusyFor(Duration::from_millis(2_345));
    assert_one_event(1 + 2 + 2, async {
        let _ = judged(&mut vec![ServerError::Gone]).await;
        let _ = judged(&mut vec![ServerError::Gone, ServerError::Busy]).await;
        let _ = judged(&mut vec![hint]).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn of_attempts_that_time_out() {
    let told = assert_one_event(3, stalled()).await;
    assert!(told.iter().all(|told| told.error_type == Some("timeout")));
    let elapsed: Vec<f64> = told.iter().map(|told| seconds(told.elapsed)).collect();
    assert_eq!(elapsed, [0.7, 2.9, 6.6]);
}

#[tokio::test(start_paused = true)]
async fn of_budgets_that_run_dry() {
    let budget = RetryBudget::token_bucket("bucket").with_capacity(14);
    let told = assert_one_event(2, charged(&Flaky::failing(9), &budget)).await;
    assert_eq!((told[0].budget, told[1].budget), (None, Some("bucket")));
    assert_eq!(told[1].reason, Some(StopReason::Budget));
}

#[tokio::test(start_paused = true)]
async fn of_attempts_that_a_circuit_breaker_refuses() {
    let breaker = CircuitBreaker::new("lake").with_consecutive_failures(1);
    let told = assert_one_event(3, guarded(&Flaky::failing(1), &breaker)).await;
    assert_eq!(told[1].error_type, Some("circuit_open"));
    let breaker =
        CircuitBreaker::new("lake").with_consecutive_failures(1).with_open_time(Duration::from_secs(99));
    let told = assert_one_event(2 + 1, async {
        let _ = guarded(&Flaky::failing(1), &breaker).await;
        let _ = guarded(&Flaky::failing(1), &breaker).await;
    })
    .await;
    assert_eq!((told[2].error_type, told[2].reason), (Some("circuit_open"), Some(StopReason::CircuitOpen)));
}

#[tokio::test(start_paused = true)]
async fn of_waits_that_are_cancelled() {
    let (stop, flaky) = (CancelToken::new(), Flaky::failing(9));
    let told = assert_one_event(2, async {
        let cancel = async {
            sleep(Duration::from_secs(2)).await;
            stop.cancel();
        };
        let _ = tokio::join!(cancelled(&flaky, &stop), cancel);
    })
    .await;
    assert_eq!(told[1].elapsed, Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn of_values_that_are_turned_down() {
    let told = assert_one_event(2, polled()).await;
    assert!(told.iter().all(|told| told.error_type == Some("turned_down")));
}

#[tokio::test(start_paused = true)]
async fn of_calls_that_come_too_late() {
    let told = assert_one_event(1, too_late()).await;
    assert_eq!((told[0].attempt, told[0].error_type), (0, Some("timeout")));
}

/// The error of `before_retry` ends the call; the attempt was not made.
#[tokio::test(start_paused = true)]
async fn of_preparations_that_fail() {
    let (told, lines, scrape) = witnessed(unprepared(&Flaky::failing(9))).await;
    assert_eq!(told.len(), 2);
    told.iter().zip(&lines).for_each(|(told, line)| assert_logged(told, line));
    assert_eq!(told[1].reason, Some(StopReason::Permanent));
    let failure =
        r#"{service="api",operation="unprepared",error_type="retry_tests::Failure",reason="permanent"}"#;
    assert_eq!(scrape.all("retry_failure_total"), [(failure, 1.0)]);
    assert_eq!(scrape.sum("retry_attempts_total", ""), 1.0);
}
