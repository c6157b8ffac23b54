//! The way to a server whose host is gone and has a successor at the same address: old connections never end, and nothing is
//! heard on them any more; new ones are well.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Passes connections on, until their host is gone.
pub(crate) struct Way {
    port: u16,
    /// Which host it is: what was connected to another is not heard.
    host: Arc<AtomicUsize>,
}

impl Way {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("is bound").port();
        let host = Arc::new(AtomicUsize::new(0));
        let hosts = host.clone();
        // Ends with the test.
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let Ok(server) = TcpStream::connect(server) else { continue };
                let (answers, to) =
                    (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
                for (from, to) in [(client, server), (answers, to)] {
                    let (hosts, host) = (hosts.clone(), hosts.load(Ordering::SeqCst));
                    thread::spawn(move || pump(from, to, || hosts.load(Ordering::SeqCst) == host));
                }
            }
        });
        Self { port, host }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn replace_host(&self) {
        self.host.fetch_add(1, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, is_there: impl Fn() -> bool) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if is_there() && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // What is gone closes nothing.
    if is_there() {
        let _ = to.shutdown(std::net::Shutdown::Both);
    }
}
