//! Idempotency keys of all processes that use a Redis.

use std::{sync::LazyLock, time::Duration};

use ::redis::{Script, Value, from_redis_value_ref};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use super::{
    Redis,
    link::{Answer, Link, Question},
};
use crate::{
    coordinate::idempotency::{Found, Key, Record, Token},
    observe::idempotency::{claim_was_lost, result_was_not_recorded},
};

static CLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("claim.lua")));
static KEEP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("keep.lua")));
static RELEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("release.lua")));

/// How often what Redis did not hear is said again, and for how long.
const AGAIN: Duration = Duration::from_millis(250);
const FOR: Duration = Duration::from_secs(60);

/// A call's claim to a key: its name in Redis and the call's token.
#[derive(Clone, Debug)]
pub(in crate::coordinate) struct Claim {
    name: String,
    token: Token,
}

impl Redis {
    pub(in crate::coordinate) fn claim(&self, key: &Key, token: Token) -> Claim {
        let Key { subject, text } = key;
        let (of, parts) = (subject.parts(), [text.as_bytes()]);
        Claim { name: self.names.key_of("idempotency", &of, &parts), token }
    }

    /// What there is under the key, which is the call's if nothing is. `None` where Redis does not answer.
    pub(in crate::coordinate) fn ask_for(
        &self,
        claim: &Claim,
        refused: Option<&Record>,
    ) -> impl Future<Output = Option<Found>> + Send + use<> {
        let answer = self.link.ask(self.asking(claim, refused));
        async move { found(&answer.await?) }
    }

    pub(in crate::coordinate) fn ask_for_blocking(
        &self,
        claim: &Claim,
        refused: Option<&Record>,
    ) -> Option<Found> {
        found(&self.link.ask_blocking(self.asking(claim, refused))?)
    }

    fn asking(&self, claim: &Claim, refused: Option<&Record>) -> Question {
        let refused = refused.map_or(&[][..], Record::bytes).to_vec();
        let arguments = vec![Record::running(claim.token).bytes().to_vec(), millis(self.lease), refused];
        Question { script: &CLAIM, keys: vec![claim.name.clone()], arguments }
    }

    /// Renews the claim until it ends, on the link's thread.
    pub(in crate::coordinate) fn keep(&self, claim: Claim, operation: &'static str) -> Keeper {
        let (ended, end) = oneshot::channel();
        let kept = Kept { link: self.link.clone(), claim, operation, lease: self.lease };
        self.link.spawn(kept.until(end));
        Keeper(ended)
    }
}

/// Nobody else has the key while this lasts. Dropped, it gives the key back.
#[derive(Debug)]
pub(in crate::coordinate) struct Keeper(oneshot::Sender<End>);

/// A call that succeeded.
#[derive(Debug)]
struct End {
    record: Record,
    ttl: Duration,
    told: Answer,
}

impl Keeper {
    /// Writes what became of the key, and says whether it was the call's; waits no longer for it than for any answer.
    pub(in crate::coordinate) fn finish(
        self,
        record: Record,
        ttl: Duration,
    ) -> impl Future<Output = Option<bool>> + Send + use<> {
        let (told, answer) = Answer::awaited();
        let is_sent = self.0.send(End { record, ttl, told }).is_ok();
        async move { if is_sent { is_so(&answer.await.ok()??) } else { None } }
    }

    pub(in crate::coordinate) fn finish_blocking(self, record: Record, ttl: Duration) -> Option<bool> {
        let (told, answer) = Answer::blocking();
        self.0.send(End { record, ttl, told }).ok()?;
        is_so(&answer.recv().ok()??)
    }
}

/// A claim that is kept.
struct Kept {
    link: Link,
    claim: Claim,
    operation: &'static str,
    lease: Duration,
}

impl Kept {
    async fn until(self, mut end: oneshot::Receiver<End>) {
        let running = Record::running(self.claim.token);
        let mut is_lost = false;
        let end = loop {
            match timeout(self.lease / 3, &mut end).await {
                Ok(end) => break end,
                Err(_) if is_lost => {}
                Err(_) => is_lost = self.write(&running, self.lease).await == Some(false),
            }
        };
        match end {
            Ok(End { record, ttl, told }) => self.finish(&record, ttl, told).await,
            // Nothing became of it.
            Err(_) => self.release().await,
        }
    }

    async fn finish(&self, record: &Record, ttl: Duration, told: Answer) {
        let mut is_ours = self.write(record, ttl).await;
        told.give(is_ours.map(Value::Boolean));
        for _ in 0..FOR.as_millis() / AGAIN.as_millis() {
            if is_ours.is_some() {
                break;
            }
            sleep(AGAIN).await;
            is_ours = self.write(record, ttl).await;
        }
        match is_ours {
            Some(true) => {}
            Some(false) => claim_was_lost(self.operation),
            None => result_was_not_recorded(self.operation),
        }
    }

    async fn release(&self) {
        let running = Record::running(self.claim.token).bytes().to_vec();
        for _ in 0..self.lease.as_millis() / AGAIN.as_millis() {
            let question = Question {
                script: &RELEASE,
                keys: vec![self.claim.name.clone()],
                arguments: vec![running.clone()],
            };
            if self.link.ask(question).await.is_some() {
                break;
            }
            // Else it ends by itself.
            sleep(AGAIN).await;
        }
    }

    /// Whether the key is the call's, and the record now says so. `None` where Redis does not answer.
    async fn write(&self, record: &Record, lasts: Duration) -> Option<bool> {
        let running = Record::running(self.claim.token);
        let arguments = vec![running.bytes().to_vec(), record.bytes().to_vec(), millis(lasts)];
        let question = Question { script: &KEEP, keys: vec![self.claim.name.clone()], arguments };
        is_so(&self.link.ask(question).await?)
    }
}

fn found(answer: &Value) -> Option<Found> {
    let bytes: Vec<u8> = from_redis_value_ref(answer).ok()?;
    Some(if bytes.is_empty() { Found::Nothing } else { Found::Record(Record::read(&bytes)) })
}

/// At least one: Redis takes no zero.
fn millis(time: Duration) -> Vec<u8> {
    time.as_millis().max(1).to_string().into_bytes()
}

fn is_so(answer: &Value) -> Option<bool> {
    from_redis_value_ref(answer).ok()
}
