//! Idempotency keys of one process.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use moka::{Expiry, policy::EvictionPolicy, sync::Cache};
use retry_rules::duration::nanos;
use sha2::{Digest as _, Sha256};

use super::record::{Record, Token};
use crate::coordinate::Subject;

/// How many bytes of results are kept at most: the oldest give way.
const CAPACITY: u64 = 32 << 20;

/// What an entry takes beside its result, about.
const ENTRY: usize = 256;

/// A key of one operation. The same text is another key of another operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::coordinate) struct Key {
    pub(in crate::coordinate) subject: Subject,
    /// Instead of the text, which may be a secret, and of any length: one that is larger than all that is kept would not be
    /// kept itself.
    pub(in crate::coordinate) digest: [u8; 32],
}

impl Key {
    pub(super) fn of(subject: Subject, text: &str) -> Self {
        Self { subject, digest: Sha256::digest(text).into() }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.subject.fmt(f)
    }
}

/// A call that succeeded, and until when it counts by the calls' clock, which may be paused.
#[derive(Clone, Debug)]
struct Done {
    record: Record,
    until: i64,
    ttl: Duration,
}

struct ByTtl;

impl Expiry<Key, Done> for ByTtl {
    fn expire_after_create(&self, _: &Key, done: &Done, _: Instant) -> Option<Duration> {
        Some(done.ttl)
    }

    fn expire_after_update(&self, _: &Key, done: &Done, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(done.ttl)
    }
}

/// Which keys are running, and what became of others.
#[derive(Debug)]
pub(in crate::coordinate) struct Local {
    running: Mutex<HashMap<Key, Token>>,
    done: Cache<Key, Done>,
}

impl Default for Local {
    fn default() -> Self {
        Self::holding(CAPACITY)
    }
}

impl Local {
    fn holding(bytes: u64) -> Self {
        let weight =
            |_: &Key, done: &Done| u32::try_from(ENTRY + done.record.bytes().len()).unwrap_or(u32::MAX);
        let done = Cache::builder()
            .max_capacity(bytes)
            .weigher(weight)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(ByTtl)
            .build();
        Self { running: Mutex::default(), done }
    }

    /// Gives the key to the call with this token, or says what is known of it. `now` is in nanoseconds of the call's clock.
    pub(super) fn claim(
        &self,
        key: &Key,
        token: Token,
        refused: Option<&Record>,
        now: i64,
    ) -> Result<(), Record> {
        let mut running = self.running();
        if running.contains_key(key) {
            return Err(Record::running(token));
        }
        let done = self.done.get(key).filter(|done| now < done.until);
        if let Some(done) = done.filter(|done| Some(&done.record) != refused) {
            return Err(done.record);
        }
        running.insert(*key, token);
        Ok(())
    }

    /// The call with this token succeeded.
    pub(super) fn finish(&self, key: &Key, token: Token, record: Record, ttl: Duration, now: i64) {
        let until = now.saturating_add(i64::try_from(nanos(ttl)).unwrap_or(i64::MAX));
        let mut running = self.running();
        if running.get(key) == Some(&token) {
            self.done.insert(*key, Done { record, until, ttl });
            running.remove(key);
        }
    }

    /// The call with this token is over without success.
    pub(super) fn release(&self, key: &Key, token: Token) {
        let mut running = self.running();
        if running.get(key) == Some(&token) {
            running.remove(key);
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Key, Token>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn key(text: &str) -> Key {
        Key::of(Subject::named("charge"), text)
    }

    #[test]
    fn a_key_has_one_owner_at_a_time() {
        let local = Local::default();
        let (first, second) = (Token::draw(), Token::draw());
        assert_eq!(local.claim(&key("a"), first, None, 0), Ok(()));
        assert_eq!(local.claim(&key("a"), second, None, 0), Err(Record::running(second)));
        assert_eq!(local.claim(&key("b"), second, None, 0), Ok(()));
        local.release(&key("a"), second);
        assert!(local.claim(&key("a"), second, None, 0).is_err(), "not its own");
        local.release(&key("a"), first);
        assert_eq!(local.claim(&key("a"), second, None, 0), Ok(()));
    }

    #[test]
    fn a_result_counts_for_its_time() {
        let local = Local::default();
        let (owner, later) = (Token::draw(), Token::draw());
        assert_eq!(local.claim(&key("a"), owner, None, 5), Ok(()));
        local.finish(&key("a"), owner, Record::done(b"receipt"), HOUR, 5);
        let end = 5 + i64::try_from(HOUR.as_nanos()).expect("an hour");
        assert_eq!(local.claim(&key("a"), later, None, end - 1), Err(Record::done(b"receipt")));
        assert_eq!(local.claim(&key("a"), later, None, end), Ok(()));
    }

    #[test]
    fn a_result_that_was_turned_down_gives_way() {
        let local = Local::default();
        let (owner, later) = (Token::draw(), Token::draw());
        assert_eq!(local.claim(&key("a"), owner, None, 0), Ok(()));
        local.finish(&key("a"), owner, Record::done(b"old"), HOUR, 0);
        assert_eq!(
            local.claim(&key("a"), later, Some(&Record::done(b"older")), 0),
            Err(Record::done(b"old"))
        );
        assert_eq!(local.claim(&key("a"), later, Some(&Record::done(b"old")), 0), Ok(()));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let local = Local::holding(100_000);
        for number in 0..1_000 {
            let (key, token) = (key(&number.to_string()), Token::draw());
            assert_eq!(local.claim(&key, token, None, 0), Ok(()));
            local.finish(&key, token, Record::done(&[7; 1_000]), HOUR, 0);
        }
        local.done.run_pending_tasks();
        assert!((50..100).contains(&local.done.entry_count()), "{}", local.done.entry_count());
        assert!(local.claim(&key("999"), Token::draw(), None, 0).is_err(), "the last one is there yet");
    }
}
