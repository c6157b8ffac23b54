//! Idempotency keys of all processes that use a Redis.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, LazyLock, mpsc as blocking},
    task::Poll,
    time::Duration,
};

use ::redis::{Script, Value, from_redis_value_ref};
use tokio::{
    sync::{
        Semaphore,
        oneshot::{self, error::RecvError},
    },
    time::{sleep, timeout},
};

use super::{
    Redis,
    link::{Answer, Link, Question, is_here},
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

/// For how long a key is given back to a Redis that does not hear of it; then its lease ends.
const RELEASE_FOR: Duration = Duration::from_secs(5);

/// How many bytes of results may wait for a Redis that does not answer, and what each takes beside itself, about.
pub(super) const BACKLOG: usize = 32 << 20;
const BESIDE: usize = 1024;

/// A call's claim to a key: its name in Redis and the call's token.
#[derive(Clone, Debug)]
pub(in crate::coordinate) struct Claim {
    name: String,
    token: Token,
}

/// What a call asks of a key that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::coordinate) enum Wish {
    /// To be given it.
    Take,
    /// To hear of it alone: its owner may come back for it.
    Look,
}

/// A question for a key.
#[derive(Clone, Copy, Debug)]
pub(in crate::coordinate) struct Inquiry<'a> {
    pub(in crate::coordinate) wish: Wish,
    /// How long an answer may take.
    pub(in crate::coordinate) limit: Duration,
    pub(in crate::coordinate) operation: &'static str,
    /// A record that the call has turned down.
    pub(in crate::coordinate) refused: Option<&'a Record>,
}

impl Redis {
    pub(in crate::coordinate) fn claim(&self, key: &Key, token: Token) -> Claim {
        let Key { subject, digest } = key;
        let (of, parts) = (subject.parts(), [&digest[..]]);
        Claim { name: self.names.key_of("idempotency", &of, &parts), token }
    }

    /// What there is under the key, which is the call's if nothing is. A future that is dropped at any point leaves no
    /// claim behind: whatever the answer is, it is sent with who keeps the key, and gives it back where nobody takes it.
    pub(in crate::coordinate) fn ask_for(
        &self,
        claim: Claim,
        inquiry: Inquiry<'_>,
    ) -> impl Future<Output = Given> + Send + use<> {
        let (to, given) = oneshot::channel();
        self.asking(claim, inquiry, |given| drop(to.send(given)));
        async move { given.await.unwrap_or_else(|_| Given::of_nobody()) }
    }

    pub(in crate::coordinate) fn ask_for_blocking(&self, claim: Claim, inquiry: Inquiry<'_>) -> Given {
        if is_here() {
            return Given::of_nobody();
        }
        let (to, given) = blocking::sync_channel(1);
        self.asking(claim, inquiry, move |given| drop(to.send(given)));
        given.recv_timeout(self.link.longest_wait()).unwrap_or_else(|_| Given::of_nobody())
    }

    fn asking(&self, claim: Claim, inquiry: Inquiry<'_>, give: impl FnOnce(Given) + Send + 'static) {
        let Inquiry { wish, limit, operation, refused } = inquiry;
        let refused = refused.map_or(&[][..], Record::bytes).to_vec();
        let wish = if wish == Wish::Look { b"look".to_vec() } else { Vec::new() };
        let arguments =
            vec![Record::running(claim.token).bytes().to_vec(), millis(self.lease), refused, wish];
        let question = Question { script: &CLAIM, keys: vec![claim.name.clone()], arguments };
        let answer = self.link.ask_patiently(limit, question);
        let kept = Kept {
            link: self.link.clone(),
            backlog: self.backlog.clone(),
            claim,
            operation,
            lease: self.lease,
        };
        self.link.spawn(async move {
            let found = answer.await.as_ref().and_then(found);
            if let Some(Found::Record(record)) = found {
                return give(Given::ToAnother(record));
            }
            let (ended, end) = oneshot::channel();
            let keeper = Keeper(ended);
            give(if found.is_some() { Given::ToCall(keeper) } else { Given::Unknown(keeper) });
            kept.until(end).await;
        });
    }

    /// How often Redis was gone so far: it may have forgotten what it knew before.
    pub(in crate::coordinate) fn outages(&self) -> u64 {
        self.link.outages()
    }

    /// How long a thread waits for an answer at most.
    pub(in crate::coordinate) const fn longest_wait(&self) -> Duration {
        self.link.longest_wait()
    }

    /// For how long a key is a call's that does not renew it.
    pub(in crate::coordinate) const fn lease(&self) -> Duration {
        self.lease
    }
}

/// Whose a key is.
#[derive(Debug)]
pub(in crate::coordinate) enum Given {
    /// The call's that asked.
    ToCall(Keeper),
    /// Another's, or another one had it.
    ToAnother(Record),
    /// Redis does not answer. Kept, it is the call's once Redis is back, if it is nobody else's.
    Unknown(Keeper),
}

impl Given {
    /// The link's thread is gone, which has no key.
    fn of_nobody() -> Self {
        Self::Unknown(Keeper(oneshot::channel().0))
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
    /// For how long the call waits until it is told.
    limit: Duration,
    told: Answer,
}

impl Keeper {
    /// Writes what became of the key, and says whether it was the call's; waits no longer for it than for any answer.
    pub(in crate::coordinate) fn finish(
        self,
        record: Record,
        ttl: Duration,
        limit: Duration,
    ) -> impl Future<Output = Option<bool>> + Send + use<> {
        let (told, answer) = Answer::awaited();
        let is_sent = self.0.send(End { record, ttl, limit, told }).is_ok();
        async move { if is_sent { is_so(&answer.await.ok()??) } else { None } }
    }

    pub(in crate::coordinate) fn finish_blocking(
        self,
        record: Record,
        ttl: Duration,
        longest: Duration,
    ) -> Option<bool> {
        let (told, answer) = Answer::blocking();
        self.0.send(End { record, ttl, limit: Duration::MAX, told }).ok()?;
        if is_here() { None } else { is_so(&answer.recv_timeout(longest).ok()??) }
    }
}

/// A claim that is kept.
struct Kept {
    link: Link,
    backlog: Arc<Semaphore>,
    claim: Claim,
    operation: &'static str,
    lease: Duration,
}

impl Kept {
    async fn until(self, mut end: oneshot::Receiver<End>) {
        let running = Record::running(self.claim.token);
        let mut is_lost = false;
        let end = loop {
            // Whenever Redis is back, at once: it may have forgotten the claim.
            match timeout(self.lease / 3, or_back(&mut end, &self.link)).await {
                Ok(Some(end)) => break end,
                _ if is_lost => {}
                _ => is_lost = self.write(&running, self.lease).await == Some(false),
            }
        };
        match end {
            Ok(end) => self.finish(end).await,
            // Nothing became of it.
            Err(_) => self.release().await,
        }
    }

    async fn finish(&self, end: End) {
        let End { record, ttl, limit, told } = end;
        // Who is told nothing goes on; what there is to write is written yet.
        let mut is_ours = timeout(limit, self.write(&record, ttl)).await.ok().flatten();
        told.give(is_ours.map(Value::Boolean));
        // A Redis that is gone for long is no reason to run out of memory.
        let bytes = u32::try_from(record.bytes().len() + BESIDE).unwrap_or(u32::MAX);
        let place = is_ours.is_none().then(|| self.backlog.try_acquire_many(bytes));
        if matches!(place, Some(Err(_))) {
            result_was_not_recorded(self.operation);
            return;
        }
        for _ in 0..FOR.as_millis() / AGAIN.as_millis() {
            if is_ours.is_some() {
                break;
            }
            sleep(AGAIN).await;
            is_ours = self.write(&record, ttl).await;
        }
        match is_ours {
            Some(true) => {}
            Some(false) => claim_was_lost(self.operation, &self.claim.name),
            None => result_was_not_recorded(self.operation),
        }
    }

    async fn release(&self) {
        let running = Record::running(self.claim.token).bytes().to_vec();
        let Ok(_place) = self.backlog.try_acquire_many(u32::try_from(BESIDE).unwrap_or(u32::MAX)) else {
            return;
        };
        for _ in 0..=self.lease.min(RELEASE_FOR).as_millis() / AGAIN.as_millis() {
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
        is_so(&self.link.ask_patiently(Duration::MAX, question).await?)
    }
}

/// The end, or nothing when Redis is back.
async fn or_back<T>(end: &mut oneshot::Receiver<T>, link: &Link) -> Option<Result<T, RecvError>> {
    let (mut end, mut back) = (pin!(end), pin!(link.back()));
    poll_fn(|context| match end.as_mut().poll(context) {
        Poll::Ready(end) => Poll::Ready(Some(end)),
        Poll::Pending => back.as_mut().poll(context).map(|()| None),
    })
    .await
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
