//! Functions whose bodies go on when they are told to.

use std::{
    collections::HashMap,
    io,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
};

use retry_runtime::retry;
use tokio::{runtime, sync::oneshot, task::JoinHandle};

use crate::say;

/// What a body does next.
pub(crate) enum Word {
    /// It succeeds, and returns this.
    Go(String),
    Fail,
    Panic,
}

static GATES: LazyLock<Mutex<HashMap<String, oneshot::Sender<Word>>>> = LazyLock::new(Mutex::default);

fn gates() -> MutexGuard<'static, HashMap<String, oneshot::Sender<Word>>> {
    GATES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the body of a call, which has begun.
pub(crate) fn tell(call: &str, word: Word) {
    let gate = gates().remove(call).expect("it has begun");
    // It may be dropped.
    drop(gate.send(word));
}

fn begins(call: &str) -> oneshot::Receiver<Word> {
    let (gate, word) = oneshot::channel();
    gates().insert(call.to_owned(), gate);
    say(&format!("{call} begins"));
    word
}

fn becomes(word: Result<Word, oneshot::error::RecvError>) -> io::Result<String> {
    match word {
        Ok(Word::Go(value)) => Ok(value),
        Ok(Word::Fail) => Err(io::Error::other("as it was told")),
        Ok(Word::Panic) => panic!("as it was told"),
        Err(_) => unreachable!("the gate is kept"),
    }
}

#[retry(operation = "gated", idempotency_key = key, max_attempts = 1, max_retry_after = "30s")]
async fn gated(call: &str, key: &str) -> io::Result<String> {
    let outcome = becomes(begins(call).await);
    say(&format!("{call} returns"));
    outcome
}

#[retry(operation = "gated", idempotency_key = key, max_attempts = 1, max_retry_after = "30s")]
fn gated_blocking(call: &str, key: &str) -> io::Result<String> {
    becomes(begins(call).blocking_recv())
}

/// The same operation in another version of the program, which returns something else.
#[retry(operation = "gated", idempotency_key = key, max_attempts = 1, max_retry_after = "30s")]
async fn gated_number(call: &str, key: &str) -> io::Result<u64> {
    Ok(becomes(begins(call).await)?.parse().expect("a number"))
}

/// Makes a call, and says what becomes of it.
pub(crate) fn begin(kind: &str, call: String, key: String) -> JoinHandle<()> {
    let ends = End(call.clone());
    match kind {
        "call" => tokio::spawn(async move { ends.with(gated(&call, &key).await) }),
        "call-number" => {
            tokio::spawn(
                async move { ends.with(gated_number(&call, &key).await.map(|value| value.to_string())) },
            )
        }
        "call-blocking" => tokio::task::spawn_blocking(move || ends.with(gated_blocking(&call, &key))),
        "call-local" => {
            let runtime = runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
            thread::spawn(move || runtime.block_on(async move { ends.with(gated(&call, &key).await) }));
            tokio::spawn(async {})
        }
        other => panic!("no such call: {other}"),
    }
}

/// Says how a call ended, or that it did not.
struct End(String);

impl End {
    fn with(mut self, outcome: io::Result<String>) {
        let call = std::mem::take(&mut self.0);
        match outcome {
            Ok(value) => say(&format!("{call} ok {value}")),
            Err(error) => say(&format!("{call} err {error}")),
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            say(&format!("{} is gone", self.0));
        }
    }
}
