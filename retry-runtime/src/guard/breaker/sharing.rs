//! What becomes of a breaker's circuit in other processes. Where no Redis is there to ask, nothing does.

#[cfg(not(feature = "coordinate-redis"))]
pub(super) use self::alone::Sharing;
#[cfg(feature = "coordinate-redis")]
pub(super) use self::among_many::Sharing;
#[cfg(feature = "coordinate")]
use super::CircuitBreaker;

/// Sharing one.
#[cfg(feature = "coordinate")]
impl CircuitBreaker {
    /// Shares the circuit with all processes that have a breaker of this name, through the Redis that coordinates them
    /// ([`coordinate::redis`](crate::coordinate), feature `coordinate-redis`): when it opens in one, it opens in all.
    ///
    /// ```
    /// use retry_runtime::CircuitBreaker;
    ///
    /// static LAKE: CircuitBreaker = CircuitBreaker::new("lake").shared();
    ///
    /// // No Redis coordinates this program: the circuit is its own.
    /// assert!(LAKE.admit(std::time::Instant::now()).is_ok());
    /// ```
    ///
    /// # What is shared
    /// - **Openings.** Each process counts its own calls and goes by its own rules. As soon as they open its circuit, it says so,
    ///   and how long the circuit stays open. The others refuse calls from then on, with what is left of that time as
    ///   [`retry_after`](crate::CircuitOpen::retry_after). Of several openings the last one to end counts, by the clock of
    ///   the server: those of the processes do not matter.
    /// - **Closings.** After the open time each process makes its own [probes](Self::with_probes). Where they pass first, the
    ///   others close their circuits with it; where one fails, all open again.
    /// - **[`reset`](Self::reset)** closes it for all.
    ///
    /// A process in which calls are made hears of an opening **within 300 ms** after Redis was told, which happens at once: it
    /// asks every 200 ms, and Redis has 100 ms to answer (the time limit of the coordinator, unless set otherwise). One in
    /// which no calls are made asks nothing: its first call is still let through, and those after it hear of the opening
    /// as soon as Redis has answered.
    ///
    /// Not shared: single failures (ten processes with one each open nothing), and the number of probes. One process whose own
    /// network is broken opens the circuit for all; rules that want many calls make that rare.
    ///
    /// Processes whose rules differ keep to their own, and to the open time of the one that opened. The name says what is
    /// shared, within the namespace of the coordinator.
    ///
    /// # Cost
    /// No call waits for Redis: a thread of the coordinator asks and tells. A call on a closed circuit reads one more atomic
    /// word; five a second take the lock.
    ///
    /// # Failure
    /// While Redis is not there, as without one, or with [`coordinate::memory`](crate::coordinate::memory), the circuit is the
    /// process's own. What it last heard of stays true; an opening that Redis could not be told of it is told once it is back, if it is not
    /// over by then.
    pub const fn shared(mut self) -> Self {
        self.sharing.share();
        self
    }
}

#[cfg(feature = "coordinate-redis")]
mod among_many {
    use std::{
        sync::{Arc, OnceLock},
        time::Instant,
    };

    use crate::{
        CircuitBreaker, CircuitState,
        coordinate::shared::{BREAKERS, Event, News, SharedBreaker},
    };

    #[derive(Debug)]
    pub(in super::super) struct Sharing {
        is_shared: bool,
        /// Made by the first call: a `static` has no place for it before.
        known: OnceLock<Arc<SharedBreaker>>,
    }

    impl Sharing {
        pub(in super::super) const fn none() -> Self {
            Self { is_shared: false, known: OnceLock::new() }
        }

        pub(super) const fn share(&mut self) {
            self.is_shared = true;
        }

        /// Whether a call must [hear](CircuitBreaker::hear) of others.
        #[inline]
        pub(in super::super) fn is_due(&self) -> bool {
            self.is_shared && self.known.get().is_none_or(|known| known.is_due())
        }
    }

    impl CircuitBreaker {
        /// A call is about to be made: the circuit turns as it did elsewhere.
        #[cold]
        #[inline(never)]
        pub(in super::super) fn hear(&self, now: Instant) {
            let Some(known) = self.known().filter(|known| known.is_due()) else { return };
            known.used();
            self.step(|circuit| match known.news() {
                Some(News::Opened { until }) => {
                    // The system's time, whatever the call's is.
                    let left = until.saturating_duration_since(Instant::now());
                    if !left.is_zero() {
                        circuit.opened_elsewhere(left, now);
                    }
                }
                Some(News::Closed) => circuit.closed_elsewhere(),
                None => {}
            });
        }

        /// The circuit turned by itself. Under its lock, so that others hear of its turns in their order.
        pub(in super::super) fn tell(&self, state: CircuitState) {
            let Some(known) = self.known() else { return };
            match state {
                CircuitState::Open => {
                    known.tell(Event::Opened { until: Instant::now() + self.rules.open_time });
                }
                CircuitState::Closed => known.tell(Event::Passed),
                CircuitState::HalfOpen => {}
            }
        }

        pub(in super::super) fn tell_reset(&self) {
            if let Some(known) = self.known() {
                known.tell(Event::Reset);
            }
        }

        fn known(&self) -> Option<&SharedBreaker> {
            let make = || BREAKERS.add(SharedBreaker::new(self.name));
            self.sharing.is_shared.then(|| &**self.sharing.known.get_or_init(make))
        }
    }
}

#[cfg(not(feature = "coordinate-redis"))]
mod alone {
    use std::time::Instant;

    use crate::{CircuitBreaker, CircuitState};

    #[derive(Debug)]
    pub(in super::super) struct Sharing;

    impl Sharing {
        pub(in super::super) const fn none() -> Self {
            Self
        }

        #[cfg(feature = "coordinate")]
        pub(super) const fn share(&mut self) {
            let _ = self;
        }

        pub(in super::super) const fn is_due(&self) -> bool {
            let _ = self;
            false
        }
    }

    impl CircuitBreaker {
        pub(in super::super) const fn hear(&self, _: Instant) {
            let _ = self;
        }

        pub(in super::super) const fn tell(&self, _: CircuitState) {
            let _ = self;
        }

        pub(in super::super) const fn tell_reset(&self) {
            let _ = self;
        }
    }
}
