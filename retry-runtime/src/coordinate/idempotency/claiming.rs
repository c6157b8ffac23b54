//! Asking for a key, until it is given or the time is over.

#[cfg(feature = "coordinate-redis")]
use std::time::Duration;
use std::{fmt, sync::Arc, time::Instant};

use rand::Rng as _;
use retry_rules::duration::nanos;

use super::{
    Claim, ConflictReason, IdempotencyConflict, Storable,
    codec::Codec,
    local::Key,
    record::{Record, State, Token},
};
#[cfg(feature = "coordinate-redis")]
use crate::coordinate::redis::{Given, Inquiry, Redis, Wish};
use crate::{
    StopReason,
    bounds::Bounds,
    clock,
    coordinate::{self, Coordinator, Subject},
    delay::Delay,
    observe::{
        Described,
        idempotency::{Outcome, note},
    },
    retry::Retry,
    rng::ThreadRng,
    site::Site,
    sleep,
    time::Deadline,
};

/// Between two questions for a key that is running elsewhere: from 10 ms, twice as long each time, up to half a second. Half
/// of it is jitter.
const FIRST_WAIT: u64 = 10_000_000;
const LONGEST_WAIT: u64 = 500_000_000;

/// What became of a question.
#[derive(Debug)]
pub enum Asked<T> {
    /// The key is the call's.
    Run(Claim<T>),
    /// It is another's: ask again after that.
    Wait(Delay),
    /// An earlier call returned this.
    Stored(T),
    /// The call ends without running.
    Conflict(IdempotencyConflict),
}

/// The text of a key.
pub fn key_text(key: &(impl fmt::Display + ?Sized)) -> String {
    key.to_string()
}

/// A call that asks for its key.
#[must_use = "asks for nothing by itself"]
pub struct Claiming<T> {
    key: Key,
    token: Token,
    codec: Codec<T>,
    coordinator: Arc<Coordinator>,
    /// Whether this process has given the key to the call.
    is_held: bool,
    /// A record that cannot be read.
    refused: Option<Record>,
    /// When Redis last said that it is another's, and how often it had been gone by then. For a lease that counts, whatever
    /// becomes of Redis meanwhile: the other one runs.
    #[cfg(feature = "coordinate-redis")]
    seen: Option<(Instant, u64)>,
    /// How long the next wait is, and when the last one ends at the latest.
    wait: u64,
    until: Option<i64>,
}

/// The call that asks, and when it does.
#[derive(Clone, Copy)]
struct Call<'a> {
    site: &'a Site,
    retry: Retry,
    deadline: Option<Deadline>,
    now: Instant,
}

impl Call<'_> {
    /// How long it may wait for its key, in nanoseconds: until its deadline, else as long as for a server's hint.
    fn room(self) -> u64 {
        let policy = self.retry.policy(self.site);
        let longest = self.deadline.map_or(policy.max_retry_after(), |deadline| deadline.left(self.now));
        nanos(longest).min(self.retry.driver().room_of_elapsed(policy, 0, self.now))
    }

    /// How long an answer may take.
    #[cfg(feature = "coordinate-redis")]
    fn limit(self) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.left(self.now))
    }
}

impl<T: Storable> Claiming<T> {
    /// Asks for nothing yet.
    pub fn start(site: &Site, key: &str) -> Self {
        Self {
            key: Key::of(Subject::of(site), key),
            token: Token::draw(),
            codec: Codec::NEW,
            coordinator: coordinate::of_keys(),
            is_held: false,
            refused: None,
            #[cfg(feature = "coordinate-redis")]
            seen: None,
            wait: FIRST_WAIT,
            until: None,
        }
    }
}

impl<T> Claiming<T> {
    /// Asks once.
    #[cfg_attr(
        not(feature = "coordinate-redis"),
        expect(clippy::unused_async, reason = "it awaits where there is a server")
    )]
    pub async fn ask(&mut self, site: &Site, retry: Retry, deadline: Option<Deadline>) -> Asked<T> {
        let call = Call { site, retry, deadline, now: site.clock()() };
        #[cfg(feature = "coordinate-redis")]
        if let Some(redis) = self.coordinator.clone().redis.as_ref() {
            if let Some(found) = self.ask_here(call.now) {
                return self.found(found, call);
            }
            // A token of its own: what became of an earlier question must not touch it.
            let claim = redis.claim(&self.key, Token::draw());
            let given = redis.ask_for(claim, self.inquiry(redis, call)).await;
            return self.given(given, redis, call);
        }
        self.ask_only_here(call)
    }

    /// The same, on this thread.
    pub fn ask_blocking(&mut self, site: &Site, retry: Retry) -> Asked<T> {
        let call = Call { site, retry, deadline: None, now: site.clock()() };
        #[cfg(feature = "coordinate-redis")]
        if let Some(redis) = self.coordinator.clone().redis.as_ref() {
            if let Some(found) = self.ask_here(call.now) {
                return self.found(found, call);
            }
            // A token of its own: what became of an earlier question must not touch it.
            let claim = redis.claim(&self.key, Token::draw());
            let given = redis.ask_for_blocking(claim, self.inquiry(redis, call));
            return self.given(given, redis, call);
        }
        self.ask_only_here(call)
    }

    /// The call was cancelled while it waited.
    #[must_use]
    pub fn cancelled(&self, site: &Site) -> IdempotencyConflict {
        conflict(site, ConflictReason::Running)
    }

    fn ask_only_here(&mut self, call: Call<'_>) -> Asked<T> {
        match self.ask_here(call.now) {
            Some(found) => self.found(found, call),
            None => Asked::Run(self.run(call.site, Outcome::Ran)),
        }
    }

    /// The record that this process has, if the key is not given to the call.
    fn ask_here(&mut self, now: Instant) -> Option<Record> {
        if self.is_held {
            return None;
        }
        let now = clock::nanos(now);
        let asked = self.coordinator.keys.claim(&self.key, self.token, self.refused.as_ref(), now);
        self.is_held = asked.is_ok();
        asked.err()
    }

    /// Whether the key was another's less than a lease ago.
    #[cfg(feature = "coordinate-redis")]
    fn has_seen_owner(&self, redis: &Redis, now: Instant) -> bool {
        self.seen.is_some_and(|(seen, _)| now.saturating_duration_since(seen) < redis.lease())
    }

    #[cfg(feature = "coordinate-redis")]
    fn inquiry(&self, redis: &Redis, call: Call<'_>) -> Inquiry<'_> {
        Inquiry {
            wish: self.wish(redis, call.now),
            limit: call.limit(),
            operation: call.site.operation(),
            refused: self.refused.as_ref(),
        }
    }

    /// Where the key was another's a moment ago, and Redis may have forgotten that since, its owner comes back for it.
    #[cfg(feature = "coordinate-redis")]
    fn wish(&self, redis: &Redis, now: Instant) -> Wish {
        let is_forgotten = self.seen.is_some_and(|(_, outages)| outages != redis.outages());
        if is_forgotten && self.has_seen_owner(redis, now) { Wish::Look } else { Wish::Take }
    }

    #[cfg(feature = "coordinate-redis")]
    fn given(&mut self, given: Given, redis: &Redis, call: Call<'_>) -> Asked<T> {
        let Call { site, now, .. } = call;
        match given {
            Given::ToCall(keeper) => Asked::Run(self.run(site, Outcome::Ran).kept_by(keeper, call.deadline)),
            Given::ToAnother(record) => {
                if record.has_owner() {
                    self.seen = Some((now, redis.outages()));
                }
                self.found(record, call)
            }
            Given::Unknown(_) if redis.refuses_alone() => {
                Asked::Conflict(conflict(site, ConflictReason::Unreachable))
            }
            Given::Unknown(_) if self.has_seen_owner(redis, now) => self.wait(call),
            Given::Unknown(keeper) => {
                Asked::Run(self.run(site, Outcome::RanAlone).kept_by(keeper, call.deadline))
            }
        }
    }

    fn run(&mut self, site: &Site, outcome: Outcome) -> Claim<T> {
        note(site, outcome);
        // From now on it is the claim that gives it back.
        self.is_held = false;
        Claim::new(self.key, self.token, self.codec, self.coordinator.clone())
    }

    /// Somebody else has the key, or had it.
    fn found(&mut self, record: Record, call: Call<'_>) -> Asked<T> {
        let site = call.site;
        match record.state() {
            State::Running => self.wait(call),
            State::NotKept => Asked::Conflict(conflict(site, ConflictReason::ResultNotKept)),
            State::Done(bytes) => match self.codec.decode(bytes) {
                Ok(value) => {
                    note(site, Outcome::Stored);
                    Asked::Stored(value)
                }
                Err(error) => {
                    note(site, Outcome::Undecodable(&error));
                    self.refused = Some(record);
                    Asked::Wait(Delay::ZERO)
                }
            },
        }
    }

    fn wait(&mut self, call: Call<'_>) -> Asked<T> {
        let site = call.site;
        let room = || i64::try_from(call.room()).unwrap_or(i64::MAX);
        let now = clock::nanos(call.now);
        let until = *self.until.get_or_insert_with(|| now.saturating_add(room()));
        let left = u64::try_from(until.saturating_sub(now)).unwrap_or(0);
        if left == 0 {
            return Asked::Conflict(conflict(site, ConflictReason::Running));
        }
        if site.is_on_tokio() {
            sleep::assert_timer(site);
        }
        let half = self.wait / 2;
        let delay = half + ThreadRng.next_u64() % half;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        Asked::Wait(Delay::from_nanos(delay.min(left)))
    }
}

impl<T> Drop for Claiming<T> {
    fn drop(&mut self) {
        if self.is_held {
            self.coordinator.keys.release(&self.key, self.token);
        }
    }
}

impl<T> fmt::Debug for Claiming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claiming").field("key", &self.key).finish_non_exhaustive()
    }
}

fn conflict(site: &Site, reason: ConflictReason) -> IdempotencyConflict {
    note(site, Outcome::Conflict(reason));
    IdempotencyConflict::new(site.operation(), reason)
}

impl Retry {
    /// The call ends without an attempt: its key is another's.
    #[cold]
    pub fn conflicted(
        &mut self,
        site: &Site,
        bounds: Bounds<'_>,
        conflict: &IdempotencyConflict,
    ) -> Option<Delay> {
        let error = Described::displayed(conflict).classified(conflict);
        self.over(site, StopReason::IdempotencyConflict, bounds, error);
        None
    }
}
