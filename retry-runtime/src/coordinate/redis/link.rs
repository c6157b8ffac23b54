//! The way to Redis: a thread with a runtime of its own, which serves blocking functions and futures of any runtime alike.

use std::{
    sync::{Arc, mpsc as blocking},
    thread,
    time::Duration,
};

use ::redis::{RedisResult, Script, Value};
use tokio::{
    runtime::Builder,
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{health::Health, server::Server};

/// How many questions may wait at a time. Whoever comes when there are more goes on alone.
const QUEUE: usize = 4096;

/// How often a Redis that did not answer is asked whether it is back.
const PROBE: Duration = Duration::from_millis(250);

/// A script and what it is called with. It has one key, or several of one slot.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) script: &'static Script,
    pub(super) keys: Vec<String>,
    pub(super) arguments: Vec<Vec<u8>>,
}

enum Answer {
    Awaited(oneshot::Sender<Option<Value>>),
    Blocking(blocking::SyncSender<Option<Value>>),
}

impl Answer {
    fn give(self, value: Option<Value>) {
        // Who asked may be gone.
        match self {
            Self::Awaited(sender) => drop(sender.send(value)),
            Self::Blocking(sender) => drop(sender.send(value)),
        }
    }
}

/// Asks Redis, for a limited time.
#[derive(Debug)]
pub(super) struct Link {
    questions: mpsc::Sender<(Question, Answer)>,
    health: Arc<Health>,
}

impl Link {
    /// Starts the thread. It ends with the link.
    pub(super) fn to(
        server: impl FnOnce() -> RedisResult<Server> + Send + 'static,
        limit: Duration,
        probe: Question,
    ) -> std::io::Result<Self> {
        let (questions, asked) = mpsc::channel(QUEUE);
        let health = Arc::new(Health::unknown());
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let of_thread = health.clone();
        thread::Builder::new().name("retry-coordinator".to_owned()).spawn(move || {
            let _within = runtime.enter();
            match server() {
                Ok(server) => runtime.block_on(serve(server, limit, of_thread, asked, probe)),
                Err(error) => of_thread.failed(&error.to_string()),
            }
        })?;
        Ok(Self { questions, health })
    }

    /// `None` where Redis does not answer in time.
    pub(super) fn ask(&self, question: Question) -> impl Future<Output = Option<Value>> + Send + use<> {
        let (sender, answer) = oneshot::channel();
        let is_asked = self.send(question, Answer::Awaited(sender));
        async move { if is_asked { answer.await.ok().flatten() } else { None } }
    }

    /// The same, on this thread.
    pub(super) fn ask_blocking(&self, question: Question) -> Option<Value> {
        let (sender, answer) = blocking::sync_channel(1);
        if self.send(question, Answer::Blocking(sender)) { answer.recv().ok().flatten() } else { None }
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
    probe: Question,
) {
    let probe = tokio::spawn(look_for(server.clone(), limit, health.clone(), probe));
    while let Some((question, answer)) = asked.recv().await {
        let (server, health) = (server.clone(), health.clone());
        tokio::spawn(async move {
            let value = match timeout(limit, server.ask(&question)).await {
                Ok(Ok(value)) => {
                    health.answered();
                    Some(value)
                }
                Ok(Err(error)) => {
                    health.failed(&error.to_string());
                    None
                }
                Err(_) => {
                    health.failed(&format!("no answer within {limit:?}"));
                    None
                }
            };
            answer.give(value);
        });
    }
    probe.abort();
}

/// Looks for a Redis that is gone until it is back. It is when it can be written to: a replica answers too.
async fn look_for(server: Server, limit: Duration, health: Arc<Health>, probe: Question) {
    loop {
        sleep(PROBE).await;
        if !health.is_up() && matches!(timeout(limit, server.ask(&probe)).await, Ok(Ok(_))) {
            health.answered();
        }
    }
}
