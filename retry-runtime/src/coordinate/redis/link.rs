//! The way to Redis: a thread with a runtime of its own, which serves blocking functions and futures of any runtime alike.

use std::{
    cell::Cell,
    sync::{Arc, LazyLock, mpsc as blocking},
    thread,
    time::{Duration, Instant},
};

use ::redis::{RedisError, Script, Value};
use tokio::{
    runtime::{Builder, Handle},
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use super::{
    health::Health,
    server::{PATIENCE, Server},
};

static WRITE: LazyLock<Script> =
    LazyLock::new(|| Script::new("return redis.call('SET', KEYS[1], '', 'PX', 1000)"));

/// How many questions may wait at a time. Whoever comes when there are more goes on alone.
const QUEUE: usize = 4096;

/// Each so many probes of one outage begin with new connections.
const ANEW: u32 = 4;

/// How much later than Redis the link's thread may be.
const SLACK: Duration = Duration::from_secs(1);

thread_local! {
    /// Whether this is the thread of a link: one that waits for itself waits for ever.
    static IS_HERE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread serves a link, as one does that logs: whoever hears of that must not wait for an answer.
pub(super) fn is_here() -> bool {
    IS_HERE.try_with(Cell::get).unwrap_or(false)
}

/// How often a Redis that did not answer is asked whether it is back, and how often at least one that goes and comes.
const PROBE: Duration = Duration::from_millis(250);
const SELDOM: Duration = Duration::from_secs(30);

/// A script and what it is called with. It has one key, or several of one slot.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) script: &'static Script,
    pub(super) keys: Vec<String>,
    pub(super) arguments: Vec<Vec<u8>>,
}

impl Question {
    fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }
}

/// Where an answer goes.
#[derive(Debug)]
pub(super) enum Answer {
    Awaited(oneshot::Sender<Option<Value>>),
    Blocking(blocking::SyncSender<Option<Value>>),
}

impl Answer {
    pub(super) fn awaited() -> (Self, oneshot::Receiver<Option<Value>>) {
        let (sender, answer) = oneshot::channel();
        (Self::Awaited(sender), answer)
    }

    pub(super) fn blocking() -> (Self, blocking::Receiver<Option<Value>>) {
        let (sender, answer) = blocking::sync_channel(1);
        (Self::Blocking(sender), answer)
    }

    pub(super) fn give(self, value: Option<Value>) {
        // Who asked may be gone.
        match self {
            Self::Awaited(sender) => drop(sender.send(value)),
            Self::Blocking(sender) => drop(sender.send(value)),
        }
    }
}

/// Asks Redis, for a limited time. Clones share the thread, which ends with the last of them.
#[derive(Clone, Debug)]
pub(super) struct Link {
    questions: mpsc::Sender<Asked>,
    health: Arc<Health>,
    limit: Duration,
    thread: Handle,
}

/// How many times as long one who has more to lose waits for an answer, and asks though none came lately.
pub(super) const PATIENT: u32 = 10;

/// A question on its way.
#[derive(Debug)]
struct Asked {
    question: Question,
    answer: Answer,
    at: Instant,
    /// How long the answer is waited for.
    limit: Duration,
}

impl Link {
    /// Starts the thread, which ends with the link. It connects at once, and writes to `probe` to see whether that works.
    pub(super) fn to(server: Server, limit: Duration, probe: String) -> std::io::Result<Self> {
        let (questions, asked) = mpsc::channel(QUEUE);
        let health = Arc::new(Health::new(server.has_parts()));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let link = Self { questions, health: health.clone(), limit, thread: runtime.handle().clone() };
        thread::Builder::new().name("retry-coordinator".to_owned()).spawn(move || {
            IS_HERE.set(true);
            runtime.block_on(serve(server, limit, health, asked, probe));
        })?;
        Ok(link)
    }

    /// Runs something on the link's thread; what runs there and has the link keeps the thread.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.thread.spawn(task)
    }

    /// `None` where Redis does not answer in time.
    pub(super) fn ask(&self, question: Question) -> impl Future<Output = Option<Value>> + Send + use<> {
        self.ask_within(self.limit, question)
    }

    /// As [`ask`](Self::ask), for one who has less time.
    pub(super) fn ask_within(
        &self,
        limit: Duration,
        question: Question,
    ) -> impl Future<Output = Option<Value>> + Send + use<> {
        let (to, answer) = Answer::awaited();
        let is_asked =
            self.is_up(&question, Duration::ZERO) && self.send(question, to, limit.min(self.limit));
        async move { if is_asked { answer.await.ok().flatten() } else { None } }
    }

    /// As [`ask_within`](Self::ask_within), for one whom it costs more to go on alone: a moment without answers does not stop
    /// him. To be awaited on the link's thread.
    #[cfg(feature = "idempotency")]
    pub(super) fn ask_patiently(
        &self,
        limit: Duration,
        question: Question,
    ) -> impl Future<Output = Option<Value>> + Send + use<> {
        let longest = self.limit.saturating_mul(PATIENT);
        let is_worth_it = self.is_up(&question, longest);
        let (limit, at, questions) = (limit.min(longest), Instant::now(), self.questions.clone());
        let (to, answer) = Answer::awaited();
        async move {
            if !is_worth_it {
                return None;
            }
            // However many ask at a time.
            let place = timeout(limit, questions.reserve()).await.ok()?.ok()?;
            place.send(Asked { question, answer: to, at, limit });
            answer.await.ok().flatten()
        }
    }

    /// As [`ask_within`](Self::ask_within), on this thread.
    pub(super) fn ask_blocking_within(&self, limit: Duration, question: Question) -> Option<Value> {
        let (to, answer) = Answer::blocking();
        let limit = limit.min(self.limit);
        let is_asked = !is_here() && self.is_up(&question, Duration::ZERO) && self.send(question, to, limit);
        if is_asked { answer.recv_timeout(limit + SLACK).ok().flatten() } else { None }
    }

    /// How long a thread waits for an answer at most: the link's own may be late.
    #[cfg(feature = "idempotency")]
    pub(super) const fn longest_wait(&self) -> Duration {
        self.limit.saturating_mul(2 * PATIENT).saturating_add(SLACK)
    }

    /// How often Redis was gone so far.
    #[cfg(feature = "idempotency")]
    pub(super) fn outages(&self) -> u64 {
        self.health.outages()
    }

    /// When Redis is back, after it was gone.
    #[cfg(feature = "idempotency")]
    pub(super) fn back(&self) -> impl Future<Output = ()> + Send {
        self.health.back()
    }

    /// Whether it is worth asking: Redis is there, or was so lately.
    fn is_up(&self, question: &Question, lately: Duration) -> bool {
        self.health.is_up(question.key(), lately)
    }

    fn send(&self, question: Question, answer: Answer, limit: Duration) -> bool {
        self.questions.try_send(Asked { question, answer, at: Instant::now(), limit }).is_ok()
    }
}

async fn serve(
    server: Server,
    limit: Duration,
    health: Arc<Health>,
    mut asked: mpsc::Receiver<Asked>,
    probe: String,
) {
    let probes = tokio::spawn(look_for(server.clone(), limit, health.clone(), probe));
    while let Some(asked) = asked.recv().await {
        let (server, health) = (server.clone(), health.clone());
        tokio::spawn(async move {
            let Asked { question, answer, at, limit: own } = asked;
            let left = own.saturating_sub(at.elapsed());
            // It waited for this thread, and Redis is not to blame.
            let is_late = left < own / 2;
            let value = ask(&server, &question, left).await;
            let key = question.key();
            match &value {
                Ok(_) => {}
                // Who has less time than others says nothing about Redis.
                Err(Why::Late) if own < limit || is_late => {}
                Err(Why::Late) if own == limit => health.was_late(key, at, limit),
                Err(Why::Late) => health.failed(key, at, &format!("no answer within {own:?}")),
                Err(Why::Failed(error)) if is_of_key(error) => {}
                Err(Why::Failed(error)) => health.failed(key, at, &said(error)),
            }
            answer.give(value.ok());
        });
    }
    probes.abort();
}

/// Why there is no answer.
enum Why {
    Late,
    Failed(RedisError),
}

/// An error as it is logged. Some servers name the user who lacks a permission.
fn said(error: &RedisError) -> String {
    if error.code() == Some("NOPERM") {
        return "NOPERM: the user lacks a permission; the documentation of `coordinate` lists all there must be".to_owned();
    }
    error.to_string()
}

/// Whether it is no outage: somebody else has written something else under this one name.
fn is_of_key(error: &RedisError) -> bool {
    error.code() == Some("WRONGTYPE")
}

async fn ask(server: &Server, question: &Question, limit: Duration) -> Result<Value, Why> {
    match timeout(limit, server.ask(question)).await {
        Ok(answer) => answer.map_err(Why::Failed),
        Err(_) => Err(Why::Late),
    }
}

/// Connects. Then looks for a Redis that is gone until it is back. It is when it can be written to: a replica answers too.
async fn look_for(server: Server, limit: Duration, health: Arc<Health>, first: String) {
    // Nobody waits for this.
    let limit = limit.max(PATIENCE);
    let at = Instant::now();
    let met = write(&server, &first, limit).await;
    health.was_met();
    match met {
        Ok(_) => {}
        Err(Why::Late) => health.was_late(&first, at, limit),
        Err(Why::Failed(error)) => health.failed(&first, at, &said(&error)),
    }
    let (mut pause, mut was_back) = (PROBE, Instant::now());
    let mut failures = 0_u32;
    loop {
        sleep(pause).await;
        let probes = health.probes();
        if probes.is_empty() {
            failures = 0;
            if was_back.elapsed() > SELDOM {
                pause = PROBE;
            }
            continue;
        }
        // A connection to a host that is gone may never end.
        if failures % ANEW == ANEW - 1 {
            let _ = timeout(limit, server.connect_anew()).await;
        }
        failures = failures.wrapping_add(1);
        let mut found = JoinSet::new();
        for key in probes {
            let server = server.clone();
            found.spawn(async move { write(&server, &key, limit).await.is_ok().then_some(key) });
        }
        // Should the client panic, it is looked for yet.
        while let Some(found) = found.join_next().await {
            if let Ok(Some(key)) = found {
                health.is_back(&key);
            }
        }
        if health.probes().is_empty() {
            // One that is gone again at once, for it refuses what it is asked, is not warned of all the time.
            pause = if was_back.elapsed() < SELDOM { (pause * 2).min(SELDOM) } else { PROBE };
            was_back = Instant::now();
        }
    }
}

async fn write(server: &Server, key: &str, limit: Duration) -> Result<Value, Why> {
    let probe = Question { script: &WRITE, keys: vec![key.to_owned()], arguments: Vec::new() };
    ask(server, &probe, limit).await
}
