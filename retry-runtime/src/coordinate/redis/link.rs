//! The way to Redis: a thread with a runtime of its own, which serves blocking functions and futures of any runtime alike.

use std::{
    sync::{Arc, LazyLock, mpsc as blocking},
    thread,
    time::{Duration, Instant},
};

use ::redis::{RedisResult, Script, Value};
use tokio::{
    runtime::{Builder, Handle},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{health::Health, server::Server};

static WRITE: LazyLock<Script> =
    LazyLock::new(|| Script::new("return redis.call('SET', KEYS[1], '', 'PX', 1000)"));

/// How many questions may wait at a time. Whoever comes when there are more goes on alone.
const QUEUE: usize = 4096;

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
    questions: mpsc::Sender<(Question, Answer)>,
    health: Arc<Health>,
    thread: Handle,
}

impl Link {
    /// Starts the thread. It ends with the link.
    pub(super) fn to(
        server: impl FnOnce() -> RedisResult<Server> + Send + 'static,
        limit: Duration,
    ) -> std::io::Result<Self> {
        let (questions, asked) = mpsc::channel(QUEUE);
        let health = Arc::new(Health::default());
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (of_thread, thread) = (health.clone(), runtime.handle().clone());
        thread::Builder::new().name("retry-coordinator".to_owned()).spawn(move || {
            let _within = runtime.enter();
            match server() {
                Ok(server) => runtime.block_on(serve(server, limit, of_thread, asked)),
                Err(error) => of_thread.failed("", &error.to_string()),
            }
        })?;
        Ok(Self { questions, health, thread })
    }

    /// Runs something on the link's thread; what runs there and has the link keeps the thread.
    #[cfg_attr(not(feature = "idempotency"), expect(dead_code))]
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.thread.spawn(task)
    }

    /// `None` where Redis does not answer in time.
    pub(super) fn ask(&self, question: Question) -> impl Future<Output = Option<Value>> + Send + use<> {
        let (to, answer) = Answer::awaited();
        let is_asked = self.send(question, to);
        async move { if is_asked { answer.await.ok().flatten() } else { None } }
    }

    /// The same, on this thread.
    pub(super) fn ask_blocking(&self, question: Question) -> Option<Value> {
        let (to, answer) = Answer::blocking();
        if self.send(question, to) { answer.recv().ok().flatten() } else { None }
    }

    fn send(&self, question: Question, answer: Answer) -> bool {
        self.health.is_up() && self.questions.try_send((question, answer)).is_ok()
    }
}

async fn serve(
    server: Server,
    limit: Duration,
    health: Arc<Health>,
    mut asked: mpsc::Receiver<(Question, Answer)>,
) {
    let probes = tokio::spawn(look_for(server.clone(), limit, health.clone()));
    while let Some((question, answer)) = asked.recv().await {
        let (server, health) = (server.clone(), health.clone());
        tokio::spawn(async move {
            let value = ask(&server, &question, limit).await;
            if let (Err(why), Some(key)) = (&value, question.keys.first()) {
                health.failed(key, why);
            }
            answer.give(value.ok());
        });
    }
    probes.abort();
}

async fn ask(server: &Server, question: &Question, limit: Duration) -> Result<Value, String> {
    match timeout(limit, server.ask(question)).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {limit:?}")),
    }
}

/// Looks for a Redis that is gone until it is back. It is when it can be written to: a replica answers too.
async fn look_for(server: Server, limit: Duration, health: Arc<Health>) {
    let (mut pause, mut was_back) = (PROBE, Instant::now());
    loop {
        sleep(pause).await;
        let Some(key) = health.probe() else {
            if was_back.elapsed() > SELDOM {
                pause = PROBE;
            }
            continue;
        };
        let probe = Question { script: &WRITE, keys: vec![key], arguments: Vec::new() };
        if ask(&server, &probe, limit).await.is_ok() {
            // One that is gone again at once, for it refuses what it is asked, is not warned of all the time.
            pause = if was_back.elapsed() < SELDOM { (pause * 2).min(SELDOM) } else { PROBE };
            was_back = Instant::now();
            health.is_back();
        }
    }
}
