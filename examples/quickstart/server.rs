//! A real HTTP server that fails on demand, in the ways servers fail.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri, header::CONNECTION},
    response::IntoResponse,
    serve::Listener,
};
use tokio::net::{TcpListener, TcpStream};
use tracing::info;

/// What goes wrong with one request.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// It is answered with this status.
    Status(StatusCode),
    /// Its connection is reset.
    Reset,
    /// It is never answered.
    Stall,
}

/// The faults to come, one a request, and how many requests there were. Without faults all is well.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) faults: VecDeque<Fault>,
    pub(crate) requests: u32,
}

impl Script {
    fn next(&mut self) -> Option<Fault> {
        self.requests += 1;
        self.faults.pop_front()
    }
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
}

impl Server {
    /// Starts on a free port of this machine, in the current runtime.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = Self { url: format!("http://{}", listener.local_addr()?), script: Arc::default() };
        let routes = Router::new().fallback(answer).with_state(server.clone());
        let door = Door { listener, server: server.clone() };
        tokio::spawn(async move { axum::serve(door, routes).await });
        Ok(server)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers every request that got through the door.
async fn answer(State(server): State<Server>, path: Uri) -> impl IntoResponse {
    let fault = server.script().next();
    let status = match fault {
        Some(Fault::Status(status)) => status,
        Some(Fault::Stall) => {
            info!("GET {path} is left without an answer");
            std::future::pending().await
        }
        Some(Fault::Reset) | None => StatusCode::OK,
    };
    info!("GET {path} gets {status}");
    // Each attempt shall come over a connection of its own, which the door can reset.
    (status, [(CONNECTION, "close")], "a cup of tea")
}

/// Resets the connections that are to be reset and lets the others through.
struct Door {
    listener: TcpListener,
    server: Server,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let (connection, peer) = Listener::accept(&mut self.listener).await;
            let mut script = self.server.script();
            if !matches!(script.faults.front(), Some(Fault::Reset)) {
                return (connection, peer);
            }
            script.next();
            info!("a connection is reset");
            // With no time to linger, closing sends RST. If that cannot be set, it ends all the same.
            connection.set_zero_linger().ok();
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
