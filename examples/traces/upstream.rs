//! The services behind the shop, in one server. What becomes of each request is written down.

use std::{
    collections::HashMap,
    future, io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use tokio::net::TcpListener;

#[derive(Clone, Copy)]
enum Fault {
    Status(StatusCode),
    /// It is never answered.
    Silence,
}

const UNAVAILABLE: Fault = Fault::Status(StatusCode::SERVICE_UNAVAILABLE);

/// What is wrong with the requests for each thing, one after the other. With the later ones all is well.
const SCRIPT: [(&str, &[Fault]); 5] = [
    ("price", &[UNAVAILABLE, Fault::Status(StatusCode::BAD_GATEWAY)]),
    ("stock", &[Fault::Silence]),
    ("gift", &[Fault::Status(StatusCode::NOT_FOUND)]),
    ("mail", &[UNAVAILABLE]),
    ("payment", &[UNAVAILABLE; 3]),
];

type Requests = Arc<Mutex<HashMap<String, usize>>>;

/// Starts on a free port of this machine; its URL.
pub(crate) async fn start() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let routes = Router::new().route("/{what}", get(answer)).with_state(Requests::default());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(url)
}

async fn answer(State(requests): State<Requests>, Path(what): Path<String>) -> StatusCode {
    match next_fault(&requests, what) {
        Some(Fault::Status(status)) => status,
        Some(Fault::Silence) => future::pending().await,
        None => StatusCode::OK,
    }
}

fn next_fault(requests: &Requests, what: String) -> Option<Fault> {
    let (_, faults) = SCRIPT.iter().find(|(path, _)| *path == what)?;
    let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
    let made = requests.entry(what).or_default();
    *made += 1;
    faults.get(*made - 1).copied()
}
