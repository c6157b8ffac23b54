//! What each process of the fleet does. The functions are the same with Redis and without.

use std::{
    error::Error,
    io::{self, ErrorKind},
    net::SocketAddr,
};

use retry_runtime::{coordinate, is_transient_io, retry};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{CLIENTS, ORDERS};

pub(crate) async fn run(task: &str, upstream: SocketAddr, redis: Option<&str>) -> Result<(), Box<dyn Error>> {
    if let Some(url) = redis {
        coordinate::redis::connect(url)?.install();
    }
    let mut calls = JoinSet::new();
    if task == "charge" {
        (0..ORDERS).for_each(|order| drop(calls.spawn(charge(upstream, order))));
    } else {
        (0..CLIENTS).for_each(|_| drop(calls.spawn(fetch(upstream))));
    }
    while let Some(call) = calls.join_next().await {
        call??;
    }
    Ok(())
}

#[retry(max_attempts = 5, initial_delay = "500ms", exponential_base = 1, filter = is_transient_io)]
async fn fetch(upstream: SocketAddr) -> io::Result<String> {
    ask(upstream, "fetch").await
}

#[retry(filter = is_transient_io, operation = "charge", idempotency_key = order)]
async fn charge(upstream: SocketAddr, order: u32) -> io::Result<String> {
    ask(upstream, &format!("charge {order}")).await
}

async fn ask(upstream: SocketAddr, question: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(upstream).await?;
    connection.write_all(question.as_bytes()).await?;
    connection.shutdown().await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    if answer.is_empty() { Err(ErrorKind::ConnectionReset.into()) } else { Ok(answer) }
}
