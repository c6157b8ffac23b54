//! Asking for a key, until it is given or the time is over.

use std::{fmt, sync::Arc, time::Instant};

use rand::Rng as _;
use retry_rules::duration::nanos;

#[cfg(feature = "coordinate-redis")]
use super::record::Found;
use super::{
    Claim, ConflictReason, IdempotencyConflict, Storable,
    codec::Codec,
    local::Key,
    record::{Record, State, Token},
};
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
    /// How long the next wait is, and when the last one ends at the latest.
    wait: u64,
    until: Option<i64>,
}

impl<T: Storable> Claiming<T> {
    /// Asks for nothing yet.
    pub fn start(site: &Site, key: &str) -> Self {
        Self {
            key: Key { subject: Subject::of(site), text: key.into() },
            token: Token::draw(),
            codec: Codec::NEW,
            coordinator: coordinate::of_keys(),
            is_held: false,
            refused: None,
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
        let now = site.clock()();
        #[cfg(feature = "coordinate-redis")]
        if let Some(redis) = self.coordinator.clone().redis.as_ref() {
            if let Some(found) = self.ask_here(now) {
                return self.found(found, site, retry, deadline, now);
            }
            let claim = redis.claim(&self.key, self.token);
            let answer = redis.ask_for(&claim, self.refused.as_ref()).await;
            return self.answered(answer, claim, site, retry, deadline, now);
        }
        self.asked_here_alone(site, retry, deadline, now)
    }

    /// The same, on this thread.
    pub fn ask_blocking(&mut self, site: &Site, retry: Retry) -> Asked<T> {
        let now = site.clock()();
        #[cfg(feature = "coordinate-redis")]
        if let Some(redis) = self.coordinator.clone().redis.as_ref() {
            if let Some(found) = self.ask_here(now) {
                return self.found(found, site, retry, None, now);
            }
            let claim = redis.claim(&self.key, self.token);
            let answer = redis.ask_for_blocking(&claim, self.refused.as_ref());
            return self.answered(answer, claim, site, retry, None, now);
        }
        self.asked_here_alone(site, retry, None, now)
    }

    /// The call was cancelled while it waited.
    #[must_use]
    pub fn cancelled(&self, site: &Site) -> IdempotencyConflict {
        conflict(site, ConflictReason::Running)
    }

    fn asked_here_alone(
        &mut self,
        site: &Site,
        retry: Retry,
        deadline: Option<Deadline>,
        now: Instant,
    ) -> Asked<T> {
        match self.ask_here(now) {
            Some(found) => self.found(found, site, retry, deadline, now),
            None => self.run(site, Outcome::Ran),
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

    #[cfg(feature = "coordinate-redis")]
    fn answered(
        &mut self,
        answer: Option<Found>,
        claim: coordinate::redis::Claim,
        site: &Site,
        retry: Retry,
        deadline: Option<Deadline>,
        now: Instant,
    ) -> Asked<T> {
        let Some(redis) = self.coordinator.redis.as_ref() else { return self.run(site, Outcome::Ran) };
        match answer {
            Some(Found::Record(found)) => return self.found(found, site, retry, deadline, now),
            None if redis.refuses_alone() => {
                return Asked::Conflict(conflict(site, ConflictReason::Unreachable));
            }
            _ => {}
        }
        let keeper = redis.keep(claim, site.operation());
        let outcome = if answer.is_some() { Outcome::Ran } else { Outcome::RanAlone };
        match self.run(site, outcome) {
            Asked::Run(claim) => Asked::Run(claim.kept_by(keeper)),
            other => other,
        }
    }

    fn run(&mut self, site: &Site, outcome: Outcome) -> Asked<T> {
        note(site, outcome);
        // From now on it is the claim that gives it back.
        self.is_held = false;
        Asked::Run(Claim::new(self.key.clone(), self.token, self.codec, self.coordinator.clone()))
    }

    /// Somebody else has the key, or had it.
    fn found(
        &mut self,
        record: Record,
        site: &Site,
        retry: Retry,
        deadline: Option<Deadline>,
        now: Instant,
    ) -> Asked<T> {
        match record.state() {
            State::Running => self.wait(site, retry, deadline, now),
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

    fn wait(&mut self, site: &Site, retry: Retry, deadline: Option<Deadline>, now: Instant) -> Asked<T> {
        let room = || i64::try_from(retry.room_for_key(site, deadline, now)).unwrap_or(i64::MAX);
        let now = clock::nanos(now);
        let until = *self.until.get_or_insert_with(|| now.saturating_add(room()));
        let left = u64::try_from(until.saturating_sub(now)).unwrap_or(0);
        if left == 0 {
            return Asked::Conflict(conflict(site, ConflictReason::Running));
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

    /// How long a call may wait for its key, in nanoseconds: until its deadline, or as long as for a server's hint.
    fn room_for_key(&self, site: &Site, deadline: Option<Deadline>, now: Instant) -> u64 {
        let policy = self.policy(site);
        let room = self.driver().room(policy, deadline, 0, now);
        if deadline.is_some() { room } else { room.min(nanos(policy.max_retry_after())) }
    }
}
