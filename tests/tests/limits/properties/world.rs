//! Calls of one service that share its guards, and a log of what they did.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use futures_util::future::join_all;
use retry_runtime::{
    AdaptiveRate, CancelToken, CircuitBreaker, CircuitOpen, CircuitState, Event, RetryBudget, StopReason,
    retry,
};
use retry_tests::ServerError;
use tokio::time::{Instant, sleep, timeout};

use crate::script::{Outcome, Script, Step};

pub(super) const MAX_ATTEMPTS: u32 = 6;
pub(super) const MAX_ELAPSED: Duration = Duration::from_secs(40);
pub(super) const MAX_TOTAL_DELAY: Duration = Duration::from_secs(30);
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(20);
pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// What a call is to meet.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) start: Duration,
    pub(super) steps: Vec<Step>,
    /// From its start.
    pub(super) deadline: Option<Duration>,
    pub(super) cancelled: Option<Duration>,
    pub(super) dropped: Option<Duration>,
}

#[derive(Debug)]
pub(super) enum Budget {
    Tokens { budget: RetryBudget, capacity: u64 },
    Ratio { budget: RetryBudget, ratio: f64, reserve: u32, window: Duration },
}

impl Budget {
    pub(super) const fn get(&self) -> &RetryBudget {
        match self {
            Self::Tokens { budget, .. } | Self::Ratio { budget, .. } => budget,
        }
    }
}

pub(super) struct World {
    pub(super) budget: Budget,
    pub(super) breaker: CircuitBreaker,
    pub(super) probes: u32,
    pub(super) rate: AdaptiveRate,
    pub(super) log: RefCell<Vec<Entry>>,
    probes_out: Cell<u32>,
}

/// What happened, when, in which call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) at: Duration,
    pub(super) call: usize,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Called,
    /// An attempt begins: what the breaker is, how many of its probes are under way with it, and what is allowed.
    Made {
        state: CircuitState,
        probes_out: u32,
        rate: Option<f64>,
    },
    /// An attempt ended by itself.
    Answered {
        rate: Option<f64>,
    },
    Retries {
        failure: Failure,
        elapsed: Duration,
        delay: Duration,
    },
    GaveUp {
        failure: Option<Failure>,
        reason: StopReason,
    },
    Succeeded,
}

/// What an attempt became, as hooks see it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failure {
    TimedOut,
    Refused(CircuitOpen),
    Failed(ServerError),
}

impl Failure {
    fn of(event: &Event<'_, ServerError>) -> Option<Self> {
        match (event.circuit_open, event.timeout, event.error) {
            (Some(open), _, _) => Some(Self::Refused(open)),
            (_, Some(_), _) => Some(Self::TimedOut),
            (_, _, error) => error.copied().map(Self::Failed),
        }
    }

    /// The tokens that a retry takes after it.
    pub(super) const fn cost(self) -> u64 {
        match self {
            Self::Refused(_) => 0,
            Self::TimedOut => 10,
            Self::Failed(ServerError::BusyFor(_)) => 5,
            Self::Failed(_) => 14,
        }
    }
}

/// One call under way.
struct Call<'a> {
    number: usize,
    begun: Instant,
    world: &'a World,
    script: Script,
    deadline: Option<Instant>,
    stop: CancelToken,
}

/// How a call ended, if it was not dropped before.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) outcome: Option<Outcome>,
    pub(super) at: Duration,
}

impl World {
    pub(super) fn new(budget: Budget, breaker: CircuitBreaker, probes: u32, rate: AdaptiveRate) -> Self {
        Self { budget, breaker, probes, rate, log: RefCell::default(), probes_out: Cell::new(0) }
    }

    /// The log of one call.
    pub(super) fn of(&self, call: usize) -> Vec<Entry> {
        self.log.borrow().iter().filter(|entry| entry.call == call).copied().collect()
    }
}

impl Call<'_> {
    fn note(&self, what: What) {
        let entry = Entry { at: self.begun.elapsed(), call: self.number, what };
        self.world.log.borrow_mut().push(entry);
    }

    fn retries(&self, event: &Event<'_, ServerError>) {
        let (Some(failure), Some(delay)) = (Failure::of(event), event.delay) else { panic!("{event:?}") };
        self.note(What::Retries { failure, elapsed: event.elapsed.unwrap_or_default(), delay });
    }

    fn gives_up(&self, event: &Event<'_, ServerError>) {
        let Some(reason) = event.reason else { panic!("{event:?}") };
        self.note(What::GaveUp { failure: Failure::of(event), reason });
    }

    /// The body: an attempt that was let through.
    async fn attempt(&self) -> Result<u32, ServerError> {
        let state = self.world.breaker.state();
        let _probe = (state == CircuitState::HalfOpen).then(|| Probe::begin(&self.world.probes_out));
        let probes_out = self.world.probes_out.get();
        self.note(What::Made { state, probes_out, rate: self.world.rate.rate() });
        let outcome = self.script.attempt().await;
        self.note(What::Answered { rate: self.world.rate.rate() });
        outcome
    }
}

/// Counts a probe for as long as it is under way.
struct Probe<'a>(&'a Cell<u32>);

impl<'a> Probe<'a> {
    fn begin(out: &'a Cell<u32>) -> Self {
        out.set(out.get() + 1);
        Self(out)
    }
}

impl Drop for Probe<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[retry(
    max_attempts = MAX_ATTEMPTS,
    initial_delay = "300ms",
    max_delay = "8s",
    jitter = 0.5,
    max_elapsed = MAX_ELAPSED,
    max_total_delay = MAX_TOTAL_DELAY,
    max_retry_after = MAX_RETRY_AFTER,
    attempt_timeout = ATTEMPT_TIMEOUT,
    deadline_from = call.deadline,
    cancel = call.stop,
    budget = call.world.budget.get(),
    circuit_breaker = call.world.breaker,
    adaptive = call.world.rate,
    on_retry = |event| call.retries(event),
    on_give_up = |event| call.gives_up(event),
    on_success = |_| call.note(What::Succeeded),
    wrap_error,
)]
async fn guarded(call: &Call<'_>) -> Outcome {
    call.attempt().await
}

/// Makes the calls, all at their time.
pub(super) async fn run(world: &World, plans: &[Plan]) -> Vec<Ended> {
    let begun = Instant::now();
    let calls = plans.iter().enumerate().map(|(number, plan)| async move {
        sleep(plan.start).await;
        let call = Call {
            number,
            begun,
            world,
            script: Script::new(plan.steps.iter().copied()),
            deadline: plan.deadline.map(|deadline| Instant::now() + deadline),
            stop: CancelToken::new(),
        };
        call.note(What::Called);
        let cancelled = async {
            if let Some(after) = plan.cancelled {
                sleep(after).await;
                call.stop.cancel();
            }
        };
        let limit = plan.dropped.unwrap_or(Duration::from_secs(100_000));
        let made = async {
            let outcome = timeout(limit, guarded(&call)).await.ok();
            (outcome, begun.elapsed())
        };
        let ((outcome, at), ()) = tokio::join!(made, cancelled);
        Ended { outcome, at }
    });
    join_all(calls).await
}
