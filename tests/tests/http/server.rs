//! A server whose connections end as the test says.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use socket2::{Domain, SockRef, Socket, Type};

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

/// What is posted.
pub(crate) const BODY: &str = "cents=100";

/// A socket whose port nobody else gets, and its URL. Until it listens, connections are refused.
pub(crate) fn bound() -> (Socket, String) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap().as_socket().unwrap());
    (socket, url)
}

/// The URL of a port that refuses connections as long as this process lives.
pub(crate) fn closed_port() -> String {
    let (socket, url) = bound();
    std::mem::forget(socket);
    url
}

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

/// Its head, and the body that all our tests send, if it is a POST.
fn read_request(connection: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    let is_whole = |request: &[u8]| {
        let end = request.windows(4).position(|window| window == b"\r\n\r\n");
        let body = if request.starts_with(b"POST") { BODY.len() } else { 0 };
        end.is_some_and(|end| request.len() >= end + 4 + body)
    };
    while !is_whole(&request) {
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
