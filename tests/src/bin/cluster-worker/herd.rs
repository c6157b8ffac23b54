//! Clients that lose their server at the same moment.

use std::{io, net::SocketAddr};

use retry_runtime::{is_transient_io, retry};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::say;

/// Each holds a connection until the server drops it, and then calls again as its policy and the coordinator say.
pub(crate) async fn run(server: SocketAddr, clients: usize) {
    let mut held = Vec::new();
    for _ in 0..clients {
        held.push(TcpStream::connect(server).await.expect("the server is there"));
    }
    let mut calls = JoinSet::new();
    for connection in held {
        calls.spawn(fetch(server, Some(connection)));
    }
    say("connected");
    let ends = calls.join_all().await;
    let errors: Vec<_> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
    if let Some(error) = errors.first() {
        println!("the first error: {error}");
    }
    say(&format!("herd {} {}", ends.len() - errors.len(), errors.len()));
}

/// The policy is the default one: 100 ms of backoff and 10 % of jitter, ten slots of 100 ms.
#[retry(operation = "herd", filter = is_transient_io)]
async fn fetch(server: SocketAddr, mut held: Option<TcpStream>) -> io::Result<u8> {
    let mut connection = match held.take() {
        Some(connection) => connection,
        None => TcpStream::connect(server).await?,
    };
    connection.write_all(b"?").await?;
    connection.read_u8().await
}
