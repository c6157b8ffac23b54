//! A circuit that turns says so, and nothing else of it does.

use std::{io, thread};

use retry_runtime::{CircuitBreaker, CircuitState};
use tokio::time::advance;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn fragile() -> CircuitBreaker {
    CircuitBreaker::new("lake").with_consecutive_failures(2).with_probes(2).with_open_time(MINUTE)
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
async fn guarded(is_well: bool, breaker: &CircuitBreaker) -> io::Result<()> {
    if is_well { Ok(()) } else { Err(io::Error::other("down")) }
}

#[retry(max_attempts = 1, circuit_breaker = breaker)]
fn guarded_blocking(is_well: bool, breaker: &CircuitBreaker) -> io::Result<()> {
    if is_well { Ok(()) } else { Err(io::Error::other("down")) }
}

/// What the log says of circuits, and of nothing else: level, state and message.
fn of_circuits(log: &Log) -> Vec<(Level, String, String)> {
    let lines = log.lines().into_iter().filter(|line| line.has("circuit_breaker"));
    lines.map(|line| (line.level, line.text("state").to_owned(), line.message)).collect()
}

fn says(level: Level, state: &str) -> (Level, String, String) {
    (level, state.to_owned(), format!("circuit breaker `lake` is {state}"))
}

#[tokio::test(start_paused = true)]
async fn each_turn_is_a_line_and_only_bad_news_is_a_warning() {
    let (log, _guard) = Log::listen();
    let breaker = fragile();
    let outcomes = [
        (true, None),
        (false, None),
        (false, Some(says(Level::WARN, "open"))),
        // Refused.
        (true, None),
        (true, Some(says(Level::INFO, "half-open"))),
        (false, Some(says(Level::WARN, "open"))),
        (true, Some(says(Level::INFO, "half-open"))),
        (true, Some(says(Level::INFO, "closed"))),
        (true, None),
    ];
    let mut expected = vec![];
    for (number, (is_well, line)) in outcomes.into_iter().enumerate() {
        if [4, 6].contains(&number) {
            advance(MINUTE).await;
            assert_eq!(breaker.state(), CircuitState::HalfOpen, "to look is not to turn");
        }
        let _ = guarded(is_well, &breaker).await;
        expected.extend(line);
        assert_eq!(of_circuits(&log), expected, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_names_the_breaker_and_its_state_as_fields() {
    let (log, _guard) = Log::listen();
    let breaker = fragile();
    for _ in 0..2 {
        let _ = guarded(false, &breaker).await;
    }
    let lines = log.lines();
    let line = lines.iter().find(|line| line.has("circuit_breaker")).expect("it opened");
    assert_eq!((line.level, line.target.as_str()), (Level::WARN, "retry_runtime"));
    assert_eq!((line.text("circuit_breaker"), line.text("state")), ("lake", "open"));
    assert_eq!(line.fields.len(), 2, "{line:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_a_turn_if_it_closes_the_circuit() {
    let breaker = fragile();
    let (log, _guard) = Log::listen();
    breaker.reset();
    assert_eq!(of_circuits(&log), []);
    for _ in 0..2 {
        let _ = guarded(false, &breaker).await;
    }
    breaker.reset();
    breaker.reset();
    assert_eq!(of_circuits(&log), [says(Level::WARN, "open"), says(Level::INFO, "closed")]);
}

#[tokio::test(start_paused = true)]
async fn the_line_falls_inside_the_span_of_the_call_that_turned_it() {
    let (log, _guard) = Log::listen();
    let breaker = fragile();
    let _ = guarded(false, &breaker).await;
    let _ = guarded(false, &breaker).instrument(tracing::info_span!("request")).await;
    let lines = log.lines();
    let line = lines.iter().find(|line| line.has("circuit_breaker")).expect("it opened");
    assert_eq!(line.spans, ["request"]);
}

/// Asks the breaker about each line that it writes, and closes it.
struct Meddler(&'static CircuitBreaker);

impl<S: tracing::Subscriber> Layer<S> for Meddler {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.fields().any(|field| field.name() == "circuit_breaker") {
            assert!(format!("{:?}", self.0).contains("lake"));
            if self.0.state() == CircuitState::Open {
                self.0.reset();
            }
            assert!(guarded_blocking(true, self.0).is_ok(), "a call behind the very breaker");
        }
    }
}

/// On a thread of its own: were the lock held, it would wait for ever.
#[test]
fn whoever_hears_of_it_may_use_the_breaker() {
    static LAKE: CircuitBreaker = CircuitBreaker::new("lake").with_consecutive_failures(2);

    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(log.clone()).with(Meddler(&LAKE));
    let meddling = thread::spawn(move || {
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..2 {
                assert!(guarded_blocking(false, &LAKE).is_err());
            }
        });
    });
    let deadline = std::time::Instant::now() + MINUTE;
    while !meddling.is_finished() {
        assert!(std::time::Instant::now() < deadline, "it waits for itself");
        thread::yield_now();
    }
    meddling.join().expect("no panic");
    // What is said inside a subscriber is heard by none, says tracing.
    assert_eq!(of_circuits(&log), [says(Level::WARN, "open")]);
    assert_eq!(LAKE.state(), CircuitState::Closed);
}
