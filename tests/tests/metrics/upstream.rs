//! A real HTTP server that answers as its script says, on a thread of its own: the caller's clock may be paused.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    serve::Listener,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::Notify,
};

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Status(u16),
    /// With this status, and `Retry-After` so many seconds.
    RetryAfter(u16, u32),
    /// Its connection is reset.
    Reset,
    /// It has none.
    Stall,
}

use Answer::{Reset, RetryAfter, Stall, Status};

pub(crate) const WELL: Answer = Status(200);

/// A server, as long as this lives.
pub(crate) struct Upstream {
    pub(crate) url: String,
    script: Script,
    runtime: Option<Runtime>,
}

#[derive(Clone, Default)]
struct Script(Arc<(Mutex<VecDeque<Answer>>, Notify)>);

impl Script {
    fn answers(&self) -> MutexGuard<'_, VecDeque<Answer>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream {
    /// Answers one request after the other so; there must not be more of them.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let script = Script::default();
        script.answers().extend(answers);
        let routes = Router::new().fallback(answer).with_state(script.clone());
        let ends = script.clone();
        runtime.spawn(async move {
            let door = Door { listener: TcpListener::from_std(listener).unwrap(), script: ends };
            axum::serve(door, routes).await
        });
        Self { url, script, runtime: Some(runtime) }
    }

    /// Every request of the script was made.
    #[track_caller]
    pub(crate) fn assert_asked(&self) {
        assert!(self.script.answers().is_empty(), "{:?} was never asked for", *self.script.answers());
    }

    /// Waits until a request has come that will have no answer.
    pub(crate) async fn stalled(&self) {
        self.script.0.1.notified().await;
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn answer(State(script): State<Script>) -> (StatusCode, HeaderMap, &'static str) {
    let answer = script.answers().pop_front().expect("a request too many");
    let (status, wait) = match answer {
        Status(status) => (status, None),
        RetryAfter(status, seconds) => (status, Some(seconds)),
        Stall => {
            script.0.1.notify_one();
            std::future::pending().await
        }
        Reset => unreachable!("the door resets those"),
    };
    // Each attempt shall come over a connection of its own, which the door can reset.
    let mut headers = HeaderMap::from_iter([(header::CONNECTION, "close".parse().unwrap())]);
    headers.extend(wait.map(|seconds| (header::RETRY_AFTER, seconds.into())));
    (StatusCode::from_u16(status).unwrap(), headers, "a cup of tea")
}

/// Resets the connections that are to be reset and lets the others through.
struct Door {
    listener: TcpListener,
    script: Script,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let (connection, peer) = Listener::accept(&mut self.listener).await;
            let mut answers = self.script.answers();
            if !matches!(answers.front(), Some(Reset)) {
                return (connection, peer);
            }
            answers.pop_front();
            // With no time to linger, closing sends RST.
            connection.set_zero_linger().unwrap();
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
