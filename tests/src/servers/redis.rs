//! Redis.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    ops::Deref,
    process::Command,
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

    /// Starts a replica of `primary`, and waits until it follows. It refuses writes.
    ///
    /// # Panics
    /// When it does not follow within a minute.
    #[must_use]
    pub fn replica_of(primary: &Self) -> Self {
        let replica = Self::start_with(&["--replicaof", "127.0.0.1", &primary.port().to_string()]);
        let follows = poll(|| {
            let replication = TcpStream::connect(replica.address())
                .and_then(|mut connection| ask(&mut connection, "INFO replication"));
            replication.is_ok_and(|answer| answer.contains("master_link_status:up"))
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

/// Sends a command and returns all that is answered. The server closes the connection, and so has
/// forgotten this client when the answer is here: it does not count among `maxclients`.
fn ask(connection: &mut TcpStream, command: &str) -> io::Result<String> {
    connection.write_all(format!("{command}\r\nQUIT\r\n").as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}
