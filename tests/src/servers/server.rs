//! The life of a server, whatever it serves.

use std::{
    fmt, io,
    net::TcpStream,
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::Signal;

use super::{
    directory::Directory,
    process::{PATIENCE, Process, StillRunning, poll},
};
use crate::ports::Port;

/// What one kind of server is about.
pub(super) trait Kind: Send + Sync + 'static {
    /// The system user that the Debian package makes for it.
    fn user(&self) -> &'static str;

    /// Lays out its data, once.
    fn prepare(&self, _directory: &Directory) {}

    /// What to run. The process must stay in the foreground and print its log.
    fn command(&self, directory: &Directory, port: u16) -> Command;

    /// Whether it is ready, asked over a new connection.
    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool>;

    /// The signal that ends it in good order without waiting for its clients.
    fn stop_signal(&self) -> Signal {
        Signal::TERM
    }

    /// Where clients find it.
    fn url(&self, port: u16) -> String;
}

/// A running server, or one that was stopped and can be started again on the same port and data.
///
/// All methods take `&self`, so that a thread can restart it while calls are in flight. Those that start
/// or end it take turns.
pub struct Server {
    // Before the directory: no process may be left when that is removed.
    process: Mutex<Option<Process>>,
    kind: Box<dyn Kind>,
    directory: Directory,
    port: Port,
}

impl Server {
    /// Starts one and waits until it answers. `kind` is called again when a port was snatched away.
    pub(super) fn start<K: Kind>(kind: impl Fn() -> K) -> Self {
        for _ in 0..5 {
            let server = Self::prepare(kind());
            server.start_again();
            match server.await_answer() {
                Ok(()) => return server,
                Err(Unready::Ended(log)) if is_clash(&log) => {}
                Err(why) => panic!("{why}"),
            }
        }
        panic!("five ports in a row were snatched away");
    }

    fn prepare(kind: impl Kind) -> Self {
        let directory = Directory::new(kind.user());
        kind.prepare(&directory);
        Self { process: Mutex::new(None), kind: Box::new(kind), directory, port: Port::reserve() }
    }

    /// Its port on 127.0.0.1: the same one as long as it lives, and nobody else's while it is down.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> std::net::SocketAddr {
        self.port.address()
    }

    /// The URL for its clients, on its own port.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_through(self.port())
    }

    /// The URL for its clients on another port: that of a [`Proxy`](crate::proxy::Proxy) in front of it.
    #[must_use]
    pub fn url_through(&self, port: u16) -> String {
        self.kind.url(port)
    }

    /// The directory that holds all it has. It goes with the server.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// What it has printed so far, all its lives together.
    #[must_use]
    pub fn log(&self) -> String {
        self.directory.log()
    }

    pub(super) fn last_words(&self) -> String {
        self.directory.last_words()
    }

    /// Kills it and its children (`SIGKILL`), and waits until they are gone. Does nothing if it is down.
    pub fn kill(&self) {
        if let Some(process) = self.process().take() {
            process.kill();
            self.directory.nothing_runs();
        }
    }

    /// Stops it in good order, open connections or not, and waits until it is gone. Does nothing if it
    /// is down.
    ///
    /// # Panics
    /// When it does not stop; it is killed then.
    pub fn stop(&self) {
        let stopped = self.process().take().map(|process| {
            let stopped = process.stop(self.kind.stop_signal());
            self.directory.nothing_runs();
            stopped
        });
        if let Some(Err(StillRunning)) = stopped {
            panic!("the server did not stop within {PATIENCE:?}:\n{}", self.last_words());
        }
    }

    /// Starts it after [`kill`](Self::kill) or [`stop`](Self::stop), without waiting until it answers.
    ///
    /// # Panics
    /// When it is running.
    pub fn start_again(&self) {
        let mut process = self.process();
        assert!(process.is_none(), "the server is running");
        *process = Some(self.directory.start(&self.kind.command(&self.directory, self.port())));
    }

    /// Waits until it answers.
    ///
    /// # Panics
    /// When it has ended, or does not answer within a minute.
    pub fn wait_until_ready(&self) {
        if let Err(why) = self.await_answer() {
            panic!("{why}");
        }
    }

    /// Stops it if it is running, starts it, and waits until it answers.
    ///
    /// # Panics
    /// As [`stop`](Self::stop) and [`wait_until_ready`](Self::wait_until_ready).
    pub fn restart(&self) {
        self.stop();
        self.start_again();
        self.wait_until_ready();
    }

    /// Freezes it (`SIGSTOP`), and waits until it is: its connections stay open, the kernel even accepts
    /// new ones, but nothing is answered.
    pub fn pause(&self) {
        if let Some(process) = &*self.process() {
            process.pause();
        }
    }

    /// Lets it go on (`SIGCONT`) after [`pause`](Self::pause).
    pub fn resume(&self) {
        if let Some(process) = &*self.process() {
            process.resume();
        }
    }

    fn await_answer(&self) -> Result<(), Unready> {
        let mut running = true;
        let answered = poll(|| {
            running = self.process().as_mut().is_some_and(|process| process.ended().is_none());
            !running || self.answers().unwrap_or(false)
        });
        match (running, answered) {
            (true, true) => Ok(()),
            (true, false) => Err(Unready::Silent(self.last_words())),
            (false, _) => Err(Unready::Ended(self.last_words())),
        }
    }

    fn answers(&self) -> io::Result<bool> {
        const IMPATIENCE: Duration = Duration::from_secs(2);
        let mut connection = TcpStream::connect_timeout(&self.address(), IMPATIENCE)?;
        connection.set_read_timeout(Some(IMPATIENCE))?;
        self.kind.answers(&mut connection)
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url()).field("directory", &self.directory()).finish()
    }
}

/// Whether a server ended because its port was not free any more.
fn is_clash(log: &str) -> bool {
    let log = log.to_lowercase();
    ["address already in use", "address in use", "eaddrinuse"].iter().any(|words| log.contains(words))
}

/// Why a server does not answer, with its last words.
enum Unready {
    Ended(String),
    Silent(String),
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(log) => write!(f, "the server has ended:\n{log}"),
            Self::Silent(log) => write!(f, "the server did not answer within {PATIENCE:?}:\n{log}"),
        }
    }
}
