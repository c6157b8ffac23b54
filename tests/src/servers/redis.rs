//! Redis.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    ops::Deref,
    process::Command,
    time::Duration,
};

use super::{
    directory::Directory,
    process::{PATIENCE, poll},
    program,
    server::{Kind, Server},
};

/// A Redis server whose data survives [`kill`](Server::kill).
#[derive(Debug)]
pub struct Redis(Server);

impl Redis {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with further arguments, such as `&["--maxclients", "3"]`.
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Self {
        Self(Server::start(|| Configuration(arguments.iter().map(ToString::to_string).collect())))
    }

    /// Kills it, takes all its data away, starts it, and waits until it answers.
    ///
    /// # Panics
    /// As [`wait_until_ready`](Server::wait_until_ready).
    pub fn restart_empty(&self) {
        self.kill();
        std::fs::remove_dir_all(self.directory().join("appendonlydir")).expect("its data");
        self.start_again();
        self.wait_until_ready();
    }

    /// Sends a command of words without spaces, over a connection of its own; the answer is as the protocol has it.
    ///
    /// # Errors
    /// When it is down, or does not answer within two seconds.
    pub fn tell(&self, command: &str) -> io::Result<String> {
        tell(self.address(), command)
    }

    /// Starts a replica of `primary`, and waits until it follows. It refuses writes.
    ///
    /// # Panics
    /// When it does not follow within a minute.
    #[must_use]
    pub fn replica_of(primary: &Self) -> Self {
        Self::replica_with(primary, &[])
    }

    pub(super) fn replica_with(primary: &Self, arguments: &[&str]) -> Self {
        let port = primary.port().to_string();
        let replica = Self::start_with(&[&["--replicaof", "127.0.0.1", &port], arguments].concat());
        let follows = poll(|| {
            replica.tell("INFO replication").is_ok_and(|answer| answer.contains("master_link_status:up"))
        });
        assert!(follows, "the replica did not follow within {PATIENCE:?}:\n{}", replica.last_words());
        replica
    }
}

impl Deref for Redis {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

struct Configuration(Vec<String>);

impl Kind for Configuration {
    fn user(&self) -> &'static str {
        "redis"
    }

    fn command(&self, directory: &Directory, port: u16) -> Command {
        let mut command = directory.command(&program::find("redis-server", None, "redis-server"));
        command
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            // Every write is in the kernel's hands before it is answered, which is all a kill asks for.
            .args(["--appendonly", "yes", "--appendfsync", "no", "--save", ""])
            // A replica that asks for the data gets it now instead of in five seconds.
            .args(["--repl-diskless-sync-delay", "0"])
            // `DEBUG SLEEP` and its kin are what tests are for.
            .args(["--enable-debug-command", "yes"])
            .args(&self.0);
        command
    }

    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool> {
        // An error is an answer, too many clients for one. `-LOADING` is not: it has no data yet.
        let answer = ask(connection, "PING")?;
        Ok(!answer.is_empty() && !answer.starts_with("-LOADING"))
    }

    fn url(&self, port: u16) -> String {
        format!("redis://127.0.0.1:{port}/")
    }
}

/// As [`Redis::tell`], whatever speaks the protocol there.
pub(super) fn tell(address: SocketAddr, command: &str) -> io::Result<String> {
    const IMPATIENCE: Duration = Duration::from_secs(2);
    let mut connection = TcpStream::connect_timeout(&address, IMPATIENCE)?;
    connection.set_read_timeout(Some(IMPATIENCE))?;
    let mut answer = ask(&mut connection, command)?;
    // What `QUIT` was answered.
    answer.truncate(answer.len().saturating_sub("+OK\r\n".len()));
    Ok(answer)
}

/// Sends a command and returns all that is answered. The server closes the connection, and so has
/// forgotten this client when the answer is here: it does not count among `maxclients`.
///
/// A Sentinel knows no `QUIT` and ends the connection because nothing more comes.
pub(super) fn ask(connection: &mut TcpStream, command: &str) -> io::Result<String> {
    connection.write_all(format!("{command}\r\nQUIT\r\n").as_bytes())?;
    connection.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}
