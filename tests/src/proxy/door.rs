//! The listening socket of a proxy, and the thread that accepts.

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
};

use socket2::{Domain, SockRef, Socket, Type};

/// A port that is open as long as this lives.
#[derive(Debug)]
pub(super) struct Door {
    listener: Arc<TcpListener>,
    scouts: Scouts,
    porter: JoinHandle<()>,
}

impl Door {
    /// Listens, and hands clients to `accept` in the order in which they came.
    pub(super) fn open(address: SocketAddr, accept: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = Arc::new(TcpListener::bind(address).expect("listen on a port of ours"));
        let scouts = Scouts::default();
        let (at, expected) = (Arc::clone(&listener), scouts.clone());
        let porter = thread::spawn(move || {
            while let Ok((client, address)) = next(&at) {
                if !expected.greet(address) {
                    accept(client);
                }
            }
        });
        Self { listener, scouts, porter }
    }

    /// Returns when everybody who connected before this call has been handed over: the kernel lets
    /// clients in before we hear of them, but it keeps their order. So we queue up ourselves.
    pub(super) fn settle(&self) {
        let scout = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        scout.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
        let address = scout.local_addr().expect("is bound").as_socket().expect("an address of the internet");
        let (greeted, greeting) = channel();
        self.scouts.lock().push(Scout { address, greeted });
        scout.connect(&self.listener.local_addr().expect("is bound").into()).expect("the door is open");
        greeting.recv().expect("the porter accepts");
    }

    /// Nobody listens when this returns; who waited to be accepted is reset.
    pub(super) fn close(self) {
        // Wakes the porter, whose `accept` fails from now on.
        let _ = SockRef::from(&*self.listener).shutdown(Shutdown::Both);
        self.porter.join().expect("the porter does not panic");
    }
}

/// Connections of our own, and who waits for them to be accepted.
#[derive(Clone, Debug, Default)]
struct Scouts(Arc<Mutex<Vec<Scout>>>);

#[derive(Debug)]
struct Scout {
    address: SocketAddr,
    greeted: Sender<()>,
}

impl Scouts {
    /// Whether this one is ours; if so, says that it has come.
    fn greet(&self, address: SocketAddr) -> bool {
        let mut scouts = self.lock();
        let Some(index) = scouts.iter().position(|scout| scout.address == address) else { return false };
        // Nobody listens if whoever waited has panicked.
        let _ = scouts.swap_remove(index).greeted.send(());
        true
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Scout>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next client; one that gave up before it was accepted is none.
fn next(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        match listener.accept() {
            Err(fault) if matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
            outcome => return outcome,
        }
    }
}
