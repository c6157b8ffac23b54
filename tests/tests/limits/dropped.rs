//! A future that is dropped, at whatever point it awaits, gives back all that it held.

use std::{cell::Cell, future::poll_fn, pin::Pin, task::Poll, time::Duration};

use retry_runtime::{AdaptiveRate, CancelToken, CircuitBreaker, CircuitState, Event, RetryBudget, retry};
use retry_tests::ServerError;
use tokio::{
    task::yield_now,
    time::{advance, sleep},
};

use crate::script::{MILLI, Outcome, SECOND, Script, Step, THROTTLED, admits, next_turn};

/// A call's guards: none of them is shared.
struct World {
    budget: RetryBudget,
    breaker: CircuitBreaker,
    rate: AdaptiveRate,
    stop: CancelToken,
    script: Script,
    /// What the call's retries have cost so far.
    spent: Cell<u64>,
}

impl World {
    /// Every kind of await: attempts, their timeouts, waits, preparations, turns; refused attempts and probes.
    fn new() -> Self {
        let steps = [
            Step::End(SECOND, Err(ServerError::Busy)),
            // The first probe, after one that was refused.
            Step::End(SECOND, Err(THROTTLED)),
            // After its turn.
            Step::Stall,
            Step::End(SECOND, Err(ServerError::BusyFor(SECOND * 3))),
            Step::End(SECOND, Ok(())),
        ];
        Self {
            budget: RetryBudget::token_bucket("api"),
            breaker: CircuitBreaker::new("lake")
                .with_consecutive_failures(1)
                .with_probes(1)
                .with_open_time(MILLI * 700),
            rate: AdaptiveRate::new("api"),
            stop: CancelToken::new(),
            script: Script::new(steps),
            spent: Cell::new(0),
        }
    }

    fn told(&self, event: &Event<'_, ServerError>) {
        let cost = match (event.circuit_open, event.timeout, event.error) {
            (Some(_), _, _) => 0,
            (_, Some(_), _) => 10,
            (_, _, Some(ServerError::BusyFor(_))) => 5,
            _ => 14,
        };
        self.spent.set(self.spent.get() + cost);
    }

    /// An attempt an hour later would be made, and so would the one after it.
    async fn is_free(&self) -> bool {
        advance(SECOND * 3_600).await;
        admits(&self.breaker).await && admits(&self.breaker).await
    }

    /// An attempt that asks now would wait for no other.
    async fn is_next(&self) -> bool {
        let longest = self.rate.rate().map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        next_turn(&self.rate).await <= longest + MILLI
    }
}

#[retry(
    max_attempts = 9,
    backoff = constant,
    initial_delay = "100ms",
    jitter = none,
    attempt_timeout = "5s",
    deadline = "10m",
    cancel = world.stop,
    budget = world.budget,
    circuit_breaker = world.breaker,
    adaptive = world.rate,
    on_retry = |event| world.told(event),
    before_retry = async |_| {
        yield_now().await;
        sleep(MILLI * 100).await;
    },
    wrap_error,
)]
async fn call(world: &World) -> Outcome {
    yield_now().await;
    world.script.attempt().await
}

/// Polls it up to so many times, whenever it is woken.
async fn polled<F: Future>(mut future: Pin<&mut F>, times: u32) -> Option<F::Output> {
    let mut left = times;
    poll_fn(|context| {
        let Some(rest) = left.checked_sub(1) else { return Poll::Ready(None) };
        left = rest;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn it_frees_the_probe_and_its_turn_and_pays_only_for_what_was_decided() {
    let mut times = 0;
    loop {
        let world = World::new();
        let mut future = Box::pin(call(&world));
        let outcome = polled(future.as_mut(), times).await;
        let made = world.script.made();
        drop(future);
        if let Some(outcome) = outcome {
            assert_eq!(outcome, Ok(5));
            break;
        }
        assert_eq!(world.budget.balance(), 500 - world.spent.get(), "after {times} polls");
        assert!(world.is_next().await, "after {times} polls");
        assert!(world.is_free().await, "after {times} polls");
        assert_eq!(world.script.made(), made, "after {times} polls");
        times += 1;
    }
    assert!(times > 25, "{times}");
}

#[tokio::test(start_paused = true)]
async fn so_does_one_that_is_polled_more_often_than_it_is_woken() {
    let mut times = 0;
    loop {
        let world = World::new();
        let mut future = Box::pin(call(&world));
        for _ in 0..times {
            if polled(future.as_mut(), 1).await.is_some() {
                assert!(times > 200, "{times}");
                return;
            }
            sleep(MILLI * 50).await;
        }
        drop(future);
        assert_eq!(world.budget.balance(), 500 - world.spent.get(), "after {times} polls");
        assert!(world.is_next().await, "after {times} polls");
        assert!(world.is_free().await, "after {times} polls");
        times += 1;
    }
}

/// What the tests above would see if something were held on to.
#[tokio::test(start_paused = true)]
async fn one_that_is_kept_holds_its_probe_and_its_turn() {
    let (mut probes, mut turns) = (0, 0);
    for times in 0..60 {
        let world = World::new();
        let mut future = Box::pin(call(&world));
        if polled(future.as_mut(), times).await.is_some() {
            break;
        }
        turns += u32::from(!world.is_next().await);
        probes += u32::from(!world.is_free().await);
        drop(future);
        assert!(world.is_free().await, "after {times} polls");
    }
    assert!(probes > 3 && turns > 0, "{probes} probes, {turns} turns");
}

#[tokio::test(start_paused = true)]
async fn a_future_that_was_never_polled_held_nothing() {
    let world = World::new();
    drop(call(&world));
    assert_eq!((world.script.made(), world.budget.balance()), (0, 500));
    assert_eq!(world.breaker.state(), CircuitState::Closed);
    let ratio = RetryBudget::new("one").with_ratio(1.0).with_reserve(0);
    drop(counted(&ratio));
    assert_eq!(ratio.balance(), 0, "nor was it a call");
    assert!(counted(&ratio).await.is_ok());
    assert_eq!(ratio.balance(), 1);
}

#[retry(budget = budget, wrap_error)]
async fn counted(budget: &RetryBudget) -> Outcome {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn in_a_queue_those_behind_move_up() {
    let world = World::new();
    assert!(crate::script::at_rate(&world.rate, &Script::failing(THROTTLED)).await.is_err());
    let alone = next_turn_of(&world.rate, 0).await;
    for dropped in 1..5 {
        let rate = AdaptiveRate::new("api");
        assert!(crate::script::at_rate(&rate, &Script::failing(THROTTLED)).await.is_err());
        assert_eq!(next_turn_of(&rate, dropped).await, alone, "{dropped}");
    }
}

/// How long an attempt waits behind so many that are dropped after a second.
async fn next_turn_of(rate: &AdaptiveRate, dropped: usize) -> Duration {
    let scripts: Vec<_> = (0..dropped).map(|_| Script::default()).collect();
    let mut ahead: Vec<_> =
        scripts.iter().map(|script| Box::pin(crate::script::at_rate(rate, script))).collect();
    for future in &mut ahead {
        assert!(polled(future.as_mut(), 1).await.is_none());
    }
    let gone = async {
        sleep(SECOND).await;
        drop(ahead);
    };
    let (wait, ()) = tokio::join!(next_turn(rate), gone);
    wait
}
