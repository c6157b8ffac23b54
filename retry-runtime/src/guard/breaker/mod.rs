//! The circuit breaker: calls that would fail are not made.

mod circuit;
mod making;
mod open;
mod permit;
mod rules;
mod sharing;
mod tally;
#[cfg(test)]
mod tests;
mod window;

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

pub(crate) use self::open::CIRCUIT_OPEN;
pub use self::{circuit::CircuitState, open::CircuitOpen, permit::Permit};
use self::{
    circuit::{Circuit, Outcome},
    rules::Rules,
    sharing::Sharing,
    tally::Tally,
};
use crate::{
    clock,
    observe::{LastShown, log},
};

/// Stops calling a service that fails, and finds out by a few probes when it is back.
///
/// One `static` for each service, shared by any number of functions, threads and runtimes:
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::{CircuitBreaker, CircuitState};
///
/// static LAKE: CircuitBreaker = CircuitBreaker::new("lake");
/// static MAIL: CircuitBreaker = CircuitBreaker::new("mail")
///     .with_consecutive_failures(5)
///     .with_open_time(Duration::from_secs(60));
///
/// assert_eq!(LAKE.state(), CircuitState::Closed);
/// ```
///
/// A figure that makes no sense does not compile in a `static`:
///
/// ```compile_fail
/// use retry_runtime::CircuitBreaker;
/// static NEVER: CircuitBreaker = CircuitBreaker::new("never").with_probes(0);
/// ```
///
/// # States
/// - **Closed:** every call is made, and its outcome is counted. The circuit opens when any rule that is set
///   says so: [failure rate](Self::with_failure_rate), [failures in a row](Self::with_consecutive_failures),
///   [slow calls](Self::with_slow_calls).
/// - **Open:** no call is made, each fails at once with [`CircuitOpen`], for at least the
///   [open time](Self::with_open_time).
/// - **Half-open:** the first calls after that are [probes](Self::with_probes). So many are let through, no
///   more; if all succeed, the circuit closes and starts afresh, if one fails (or is slow, where that counts), it
///   opens again. Calls that come meanwhile are refused.
///
/// A result that comes in after the state changed says nothing about the new one and changes nothing. A call
/// that is dropped before its end (a cancelled future, a panic) counts as never made; a probe is then free for
/// the next. One that hangs holds its probe for as long: give calls a time limit. The clock is that of the
/// function; one that jumps back counts as no time passed, and goes on from there (two that take turns are not told
/// apart: tests should not mix them).
///
/// # What counts as a failure
/// | verdict | counts as | because |
/// |---|---|---|
/// | transient | failure | |
/// | [throttled](crate::Verdict::THROTTLED) | failure | calls are not served, and fewer of them are what the server asks for; .NET's [`HttpCircuitBreakerStrategyOptions`][net] count 429 too |
/// | permanent | success | a 404 is the answer of a service that works; so do [`MicroProfile`][mp] (`skipOn`), resilience4j (`recordException`) and failsafe; [Polly][polly] ignores it, and then a probe that meets one decides nothing |
///
/// # Order
/// Retry outside, breaker inside: every attempt asks, and every attempt counts. What is refused is no failure of
/// the service. A call that comes to an open circuit fails at once. To one that was under way when the circuit opened,
/// the time that remains is a server hint, with the limits of one: it waits so long, or gives up. (.NET's
/// [standard handler][order] and [resilience4j][r4j] order them alike.)
///
/// # Cost
/// A call on a closed circuit reads one atomic word before, and a success that can change nothing is added to another
/// after. All else takes a lock: failures, slow calls, and ten successes a window. Nothing is ever allocated. A `Mutex`,
/// since the window, its rates and the row of failures change together, and since the number of probes is exact for
/// being counted under it.
///
/// # Why not a crate
/// None that we found can be a `const static`, is handed the time (so that a paused tokio clock rules it), and
/// admits exactly so many probes. `failsafe` 1.3 and `recloser` 1.4 let every caller through while half-open;
/// `circuitbreaker-rs` 0.1 reads its number of probes and takes one off in two steps, so that more slip through,
/// and one that is dropped never comes back; `tower-resilience-circuitbreaker` 0.14 counts them exactly, but is a
/// tower layer on an `Arc`, with the calls of its window in a queue. All four read the system's clock themselves.
///
/// [net]: https://learn.microsoft.com/dotnet/api/microsoft.extensions.http.resilience.httpcircuitbreakerstrategyoptions
/// [order]: https://learn.microsoft.com/dotnet/api/microsoft.extensions.http.resilience.httpstandardresilienceoptions
/// [polly]: https://www.pollydocs.org/strategies/circuit-breaker
/// [mp]: https://download.eclipse.org/microprofile/microprofile-fault-tolerance-4.0/microprofile-fault-tolerance-spec-4.0.html#circuitbreaker
/// [r4j]: https://resilience4j.readme.io/
#[must_use]
pub struct CircuitBreaker {
    name: &'static str,
    rules: Rules,
    /// The generation of the circuit while it is closed, else zero. One word, only ever written under the lock, so
    /// there is no order of threads to model: who reads an outdated one makes a call as if it had asked a moment
    /// earlier, and its result comes late. Probes are never admitted by it.
    closed: AtomicU64,
    tally: Tally,
    circuit: Mutex<Circuit>,
    shown: LastShown,
    sharing: Sharing,
}

/// Watching and overruling one.
impl CircuitBreaker {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The state that a call would find now.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        self.state_at(clock::asynchronous())
    }

    /// Closes the circuit and forgets every call: the service is known to be back, or a test begins. Calls that
    /// are under way no longer count. One that processes share closes for them all.
    pub fn reset(&self) {
        self.step(|circuit| {
            circuit.reset();
            self.tell_reset();
        });
    }
}

/// What the retry asks of it.
impl CircuitBreaker {
    /// Leave for a call at `now`.
    #[doc(hidden)]
    #[inline]
    pub fn admit(&self, now: Instant) -> Result<Permit<'_>, CircuitOpen> {
        self.admit_by(|| now)
    }

    /// Leave for a call. The clock is read only if the time matters: not on a closed circuit that does not look for
    /// slow calls.
    #[doc(hidden)]
    #[expect(clippy::inline_always, reason = "inlined, a permit stays in registers")]
    #[inline(always)]
    pub fn admit_by(&self, clock: impl FnOnce() -> Instant) -> Result<Permit<'_>, CircuitOpen> {
        // There may be news of other processes.
        let closed = if self.sharing.is_due() { 0 } else { self.closed.load(Ordering::Acquire) };
        match closed {
            // Taken apart, so that what the cold path writes to memory keeps no permit from registers.
            0 => match self.admit_slowly(clock()) {
                Ok((generation, slow_from)) => Ok(Permit::new(self, generation, slow_from)),
                Err(open) => Err(open),
            },
            // Where no call is slow it does not matter when this one began.
            generation if self.rules.slow_rate.is_none() => Ok(Permit::new(self, generation, i64::MAX)),
            generation => {
                let slow_from = self.rules.slow_from(clock::nanos(clock()));
                Ok(Permit::new(self, generation, slow_from))
            }
        }
    }

    /// Whether a call would be refused, without leave for one.
    pub(crate) fn refuses(&self, clock: impl FnOnce() -> Instant) -> bool {
        (self.sharing.is_due() || self.closed.load(Ordering::Acquire) == 0) && {
            let now = clock();
            self.hear(now);
            self.change(|circuit| circuit.refuses(&self.rules, now))
        }
    }

    #[cold]
    #[inline(never)]
    fn admit_slowly(&self, now: Instant) -> Result<(u64, i64), CircuitOpen> {
        self.hear(now);
        match self.change(|circuit| circuit.admit(&self.rules, now)) {
            Ok(generation) => Ok((generation, self.rules.slow_from(clock::nanos(now)))),
            Err(retry_after) => {
                self.show_if_due(now);
                Err(CircuitOpen::new(self.name, retry_after))
            }
        }
    }

    pub(crate) fn state_at(&self, now: Instant) -> CircuitState {
        self.hear(now);
        self.change(|circuit| circuit.state(now))
    }

    #[expect(clippy::inline_always, reason = "saving registers for its slow path is a quarter of the cost")]
    #[inline(always)]
    fn succeeded(&self, generation: u64, slow_from: i64, now: Instant) {
        let nanos = clock::nanos(now);
        let is_slow = nanos > slow_from;
        if is_slow || !self.tally.count(generation, nanos) {
            self.settle(generation, Outcome::Success, is_slow, now);
        }
    }

    fn failed(&self, generation: u64, slow_from: i64, now: Instant) {
        let is_slow = clock::nanos(now) > slow_from;
        self.settle(generation, Outcome::Failure, is_slow, now);
    }

    #[cold]
    #[inline(never)]
    fn settle(&self, generation: u64, outcome: Outcome, is_slow: bool, now: Instant) {
        self.change(|circuit| circuit.settle(&self.rules, generation, outcome, is_slow, now));
        self.show_if_due(now);
    }

    #[cold]
    #[inline(never)]
    fn give_back(&self, generation: u64) {
        self.change(|circuit| circuit.give_back(generation));
    }

    /// What calls and time do to the circuit; what comes of it, others are told.
    #[inline]
    fn change<T>(&self, how: impl FnOnce(&mut Circuit) -> T) -> T {
        self.step(|circuit| {
            let generation = circuit.generation();
            let outcome = how(circuit);
            if circuit.generation() != generation {
                self.tell(circuit.phase());
            }
            outcome
        })
    }

    /// The one way to the circuit. Nothing in it panics; should something yet, the lock serves on.
    #[inline]
    fn step<T>(&self, how: impl FnOnce(&mut Circuit) -> T) -> T {
        let mut circuit = self.circuit.lock().unwrap_or_else(PoisonError::into_inner);
        let (generation, before) = (circuit.generation(), circuit.phase());
        circuit.count_successes(self.tally.take());
        let outcome = how(&mut circuit);
        if let Some(until) = circuit.untroubled_until() {
            self.tally.open(circuit.generation(), until);
        }
        if circuit.generation() != generation {
            self.closed.store(circuit.closed_generation(), Ordering::Release);
        }
        let now = circuit.phase();
        drop(circuit);
        if now != before {
            // Without the lock, for whoever hears of it may make a call behind this very breaker.
            self.turned(now);
        }
        outcome
    }

    #[cold]
    #[inline(never)]
    fn turned(&self, state: CircuitState) {
        log::circuit_turned(self.name, state);
        #[cfg(feature = "metrics")]
        crate::metrics::circuit_turned(self.name, state);
        self.show();
    }

    /// For a recorder that came late, and for a gauge that two threads set at the same time.
    fn show_if_due(&self, now: Instant) {
        if self.shown.is_due(clock::nanos(now)) {
            self.show();
        }
    }

    /// Shows the state to those who watch: that of now, for another thread may have turned the circuit meanwhile.
    fn show(&self) {
        #[cfg(feature = "metrics")]
        crate::metrics::circuit_is(self.name, self.change(|circuit| circuit.phase()));
        let _ = self;
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", &self.name)
            .field("state", &self.state())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
