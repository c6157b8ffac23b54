//! A TCP proxy that breaks connections on demand, in front of any server.

mod door;
mod link;

use std::{
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use door::Door;
use link::{Fate, Link};

use crate::ports::Port;

/// Forwards connections to a server, as well or as badly as it is told.
///
/// A mode holds for the connections that are open and for new ones, until another is chosen; the port
/// stays the same. When a method returns it is done, also to clients that connected a moment before.
#[derive(Debug)]
pub struct Proxy {
    port: Port,
    shared: Arc<Shared>,
    door: Mutex<Option<Door>>,
}

impl Proxy {
    /// A proxy that passes everything on to the server at this address.
    ///
    /// # Panics
    /// When it cannot listen.
    #[must_use]
    pub fn to(server: SocketAddr) -> Self {
        let shared = Shared {
            server,
            state: Mutex::new(State { mode: Mode::Pass, chosen: 0 }),
            changed: Condvar::new(),
            connections: AtomicUsize::new(0),
            open: Mutex::new(Vec::new()),
        };
        let proxy = Self { port: Port::reserve(), shared: Arc::new(shared), door: Mutex::new(None) };
        proxy.open();
        proxy
    }

    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// How many connections it has accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.settle();
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.settle();
        // Asks for the fate first: a client hears of its end a moment before the pump has ended.
        let is_open = |open: &&Connection| open.link.upgrade().is_some_and(|link| link.fate() == Fate::Open);
        self.shared.open().iter().filter(is_open).count()
    }

    /// Passes everything on, also what was held back.
    pub fn pass(&self) {
        self.choose(Mode::Pass);
        self.open();
    }

    /// Refuses new connections: nobody listens. Open ones go on.
    pub fn refuse(&self) {
        self.settle();
        self.close();
        self.choose(Mode::Pass);
    }

    /// Resets the open connections, and new ones as soon as they are accepted.
    pub fn reset(&self) {
        self.choose(Mode::Reset);
        self.open();
        self.reset_connections();
    }

    /// Accepts connections, and passes nothing on, in neither direction.
    pub fn stall(&self) {
        self.choose(Mode::Stall);
        self.open();
    }

    /// Passes on `bytes` of what the server sends on each connection from now on, then closes that
    /// connection. With 0, the client's request arrives and nothing of the answer does.
    pub fn cut_after(&self, bytes: usize) {
        self.choose(Mode::CutAfter(bytes));
        self.open();
    }

    /// Closes the open connections (FIN).
    pub fn drop_connections(&self) {
        self.end_connections(Fate::Closed);
    }

    /// Resets the open connections (RST).
    pub fn reset_connections(&self) {
        self.end_connections(Fate::Reset);
    }

    fn choose(&self, mode: Mode) {
        let mut state = self.shared.state();
        *state = State { mode, chosen: state.chosen + 1 };
        self.shared.changed.notify_all();
    }

    fn open(&self) {
        self.door().get_or_insert_with(|| {
            let shared = Arc::clone(&self.shared);
            Door::open(self.address(), move |client| shared.accept(client))
        });
    }

    fn close(&self) {
        if let Some(door) = self.door().take() {
            door.close();
        }
    }

    /// Waits until the clients that have connected so far have been let in.
    fn settle(&self) {
        if let Some(door) = &*self.door() {
            door.settle();
        }
    }

    fn end_connections(&self, fate: Fate) {
        self.settle();
        let connections = std::mem::take(&mut *self.shared.open());
        for connection in &connections {
            if let Some(link) = connection.link.upgrade() {
                self.shared.end(&link, fate);
            }
        }
        for connection in connections {
            connection.pump.join().expect("the pump does not panic");
        }
    }

    fn door(&self) -> MutexGuard<'_, Option<Door>> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.close();
        self.end_connections(Fate::Closed);
    }
}

/// What is done with connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Pass,
    Reset,
    Stall,
    CutAfter(usize),
}

/// The mode, and the number of times that one was chosen: a cut counts from there.
#[derive(Clone, Copy, Debug)]
struct State {
    mode: Mode,
    chosen: usize,
}

/// What the proxy, the thread that accepts, and those that pump share.
#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
    connections: AtomicUsize,
    open: Mutex<Vec<Connection>>,
}

impl Shared {
    /// Waits as long as connections are stalled, unless this one has ended meanwhile.
    fn state_after_stall(&self, link: &Link) -> State {
        let stalled = |state: &mut State| state.mode == Mode::Stall && link.fate() == Fate::Open;
        *self.changed.wait_while(self.state(), stalled).unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, link: &Link, fate: Fate) {
        // Under the lock: a pump that is about to wait for the end of a stall must not miss it.
        let _state = self.state();
        link.end(fate);
        self.changed.notify_all();
    }

    fn accept(self: &Arc<Self>, client: TcpStream) {
        self.connections.fetch_add(1, Ordering::SeqCst);
        // Locked before the mode is read: who resets all connections chooses the mode first.
        let mut open = self.open();
        open.retain(|connection| !connection.pump.is_finished());
        if self.state().mode == Mode::Reset {
            return link::reset(client);
        }
        // Without a server there is nothing to say: what its own port would tell a client that it let in.
        let server = TcpStream::connect_timeout(&self.server, Duration::from_secs(10));
        let Ok(server) = server else { return link::reset(client) };
        let link = Arc::new(Link::new(client, server));
        let connection = Arc::downgrade(&link);
        let shared = Arc::clone(self);
        let pump = thread::spawn(move || link::pump(&shared, &link));
        open.push(Connection { link: connection, pump });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open connection: the pump owns the sockets, which close with it.
#[derive(Debug)]
struct Connection {
    link: Weak<Link>,
    pump: JoinHandle<()>,
}
