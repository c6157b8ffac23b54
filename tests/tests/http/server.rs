//! A server whose connections end as the test says.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use socket2::SockRef;

/// What becomes of one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// These bytes answer the request; then it is closed.
    Answer(&'static str),
    /// These bytes answer the request, and nothing follows until the client leaves.
    Stall(&'static str),
    /// These bytes answer the request; then it is reset.
    Reset(&'static str),
    /// It is reset before the request is read.
    ResetAtOnce,
    /// It is closed before the request is read.
    CloseAtOnce,
}

/// What a server says that has recovered.
pub(crate) const WELL: Fate =
    Fate::Answer("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\n[17]");

/// A server on a port of its own.
pub(crate) struct Server {
    pub(crate) url: String,
    connections: Arc<AtomicU32>,
}

impl Server {
    /// The first connection meets the one fate, all others the other.
    pub(crate) fn start(first: Fate, rest: Fate) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), first, rest)
    }

    pub(crate) fn listen(listener: TcpListener, first: Fate, rest: Fate) -> Self {
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicU32::new(0));
        let counter = connections.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let fate = if counter.fetch_add(1, Ordering::SeqCst) == 0 { first } else { rest };
                std::thread::spawn(move || meet(connection.unwrap(), fate));
            }
        });
        Self { url, connections }
    }

    pub(crate) fn connections(&self) -> u32 {
        self.connections.load(Ordering::SeqCst)
    }
}

fn meet(mut connection: TcpStream, fate: Fate) {
    match fate {
        Fate::Answer(bytes) => {
            read_request(&mut connection);
            connection.write_all(bytes.as_bytes()).unwrap();
        }
        Fate::Stall(bytes) => {
            read_request(&mut connection);
            connection.write_all(bytes.as_bytes()).unwrap();
            // Until the client leaves: in peace or not is all the same.
            let _ = connection.read(&mut [0]);
        }
        Fate::Reset(bytes) => {
            read_request(&mut connection);
            connection.write_all(bytes.as_bytes()).unwrap();
            reset(&connection);
        }
        Fate::ResetAtOnce => reset(&connection),
        Fate::CloseAtOnce => {}
    }
}

fn read_request(connection: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        match connection.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(length) => request.extend_from_slice(&buffer[..length]),
        }
    }
}

/// With no time to linger, closing sends RST.
fn reset(connection: &TcpStream) {
    SockRef::from(connection).set_linger(Some(Duration::ZERO)).unwrap();
}
