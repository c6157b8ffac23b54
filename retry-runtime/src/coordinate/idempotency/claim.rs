//! A key that a call owns.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    codec::Codec,
    local::Key,
    record::{Record, Token},
};
#[cfg(feature = "coordinate-redis")]
use crate::coordinate::redis::{Keeper, Redis};
#[cfg(feature = "coordinate-redis")]
use crate::time::Deadline;
use crate::{
    clock, coordinate::Coordinator, observe::idempotency::result_is_not_kept, retry::Retry, site::Site,
};

/// Nobody else runs under the key while this lasts. Dropped before its end, it gives the key back.
#[must_use = "gives the key back when it is dropped"]
pub struct Claim<T> {
    key: Key,
    token: Token,
    codec: Codec<T>,
    coordinator: Arc<Coordinator>,
    #[cfg(feature = "coordinate-redis")]
    keeper: Option<Keeper>,
    /// When the call is over, and waits no more for its record.
    #[cfg(feature = "coordinate-redis")]
    deadline: Option<Deadline>,
    result: Option<(Record, Duration)>,
    now: fn() -> Instant,
}

impl<T> Claim<T> {
    pub(super) const fn new(key: Key, token: Token, codec: Codec<T>, coordinator: Arc<Coordinator>) -> Self {
        Self {
            key,
            token,
            codec,
            coordinator,
            #[cfg(feature = "coordinate-redis")]
            keeper: None,
            #[cfg(feature = "coordinate-redis")]
            deadline: None,
            result: None,
            now: clock::blocking,
        }
    }

    /// As long as it lasts, `keeper` does.
    #[cfg(feature = "coordinate-redis")]
    pub(super) fn kept_by(mut self, keeper: Keeper, deadline: Option<Deadline>) -> Self {
        self.keeper = Some(keeper);
        self.deadline = deadline;
        self
    }

    /// The call succeeded: notes what it returned.
    pub fn record(&mut self, site: &Site, retry: Retry, value: &T) {
        let limit = self.coordinator.result_limit;
        let record = match self.codec.encode(value) {
            Ok(bytes) if bytes.len() <= limit => match self.codec.decode(&bytes) {
                Ok(_) => Record::done(&bytes),
                // Others would run again, each time.
                Err(error) => {
                    result_is_not_kept(
                        site.operation(),
                        &format_args!("what is written of it is not read: {error}"),
                    );
                    Record::not_kept()
                }
            },
            Ok(bytes) => {
                let why = format_args!("it has {} bytes, {limit} are allowed", bytes.len());
                result_is_not_kept(site.operation(), &why);
                Record::not_kept()
            }
            Err(error) => {
                result_is_not_kept(site.operation(), &error);
                Record::not_kept()
            }
        };
        self.result = Some((record, retry.idempotency_ttl(site)));
        self.now = site.clock();
    }

    /// Tells the others what was noted.
    #[cfg_attr(
        not(feature = "coordinate-redis"),
        expect(clippy::unused_async, reason = "it awaits where there is a server")
    )]
    pub async fn finish(mut self) {
        #[cfg(feature = "coordinate-redis")]
        if let (Some(keeper), Some((record, ttl))) = (self.keeper.take(), self.result.clone()) {
            let limit = self.deadline.map_or(Duration::MAX, |deadline| deadline.left((self.now)()));
            let is_ours = keeper.finish(record, ttl, limit).await;
            self.told(is_ours);
        }
        let _ = &mut self;
    }

    /// The same, on this thread.
    pub fn finish_blocking(mut self) {
        #[cfg(feature = "coordinate-redis")]
        if let (Some(keeper), Some((record, ttl))) = (self.keeper.take(), self.result.clone()) {
            let longest = self.coordinator.redis.as_ref().map_or(Duration::ZERO, Redis::longest_wait);
            let is_ours = keeper.finish_blocking(record, ttl, longest);
            self.told(is_ours);
        }
        let _ = &mut self;
    }

    /// Others have had the key meanwhile: what they made of it counts.
    #[cfg(feature = "coordinate-redis")]
    fn told(&mut self, is_ours: Option<bool>) {
        if is_ours == Some(false) {
            self.result = None;
        }
    }
}

impl<T> Drop for Claim<T> {
    fn drop(&mut self) {
        let Some((record, ttl)) = self.result.take() else {
            self.coordinator.keys.release(&self.key, self.token);
            return;
        };
        // The call succeeded, though nobody may wait for it any more.
        #[cfg(feature = "coordinate-redis")]
        if let Some(keeper) = self.keeper.take() {
            drop(keeper.finish(record.clone(), ttl, Duration::MAX));
        }
        let now = clock::nanos((self.now)());
        self.coordinator.keys.finish(&self.key, self.token, record, ttl, now);
    }
}

impl<T> fmt::Debug for Claim<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("key", &self.key).finish_non_exhaustive()
    }
}
