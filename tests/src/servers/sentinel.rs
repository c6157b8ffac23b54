//! A Redis with a replica, and a Sentinel that watches them.

use std::{io, net::TcpStream, process::Command};

use super::{
    directory::Directory,
    process::{PATIENCE, poll},
    program,
    redis::{Redis, ask, tell},
    server::{Kind, Server},
};

/// What the Sentinel calls what it watches.
const MASTER: &str = "orders";

/// Two Redis servers, one the replica of the other, and a Sentinel that makes the replica the master when the master has
/// not answered for half a second.
#[derive(Debug)]
pub struct Sentinel {
    sentinel: Server,
    /// The master of the beginning, and its replica.
    nodes: [Redis; 2],
}

impl Sentinel {
    /// Starts them, and waits until the Sentinel knows both.
    ///
    /// # Panics
    /// When it does not within a minute.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts them, both servers with further arguments.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Self {
        let primary = Redis::start_with(arguments);
        let replica = Redis::replica_with(&primary, arguments);
        let port = primary.port();
        let sentinel = Server::start(|| Watch { port });
        let started = Self { sentinel, nodes: [primary, replica] };
        let knows = || started.told(&format!("SENTINEL MASTER {MASTER}")).contains("num-slaves\r\n$1\r\n1");
        assert!(
            poll(knows),
            "the replica was not found within {PATIENCE:?}:\n{}",
            started.sentinel.last_words()
        );
        started
    }

    /// Where clients find the Sentinel.
    #[must_use]
    pub fn url(&self) -> String {
        self.sentinel.url()
    }

    /// The name by which clients ask for the master.
    #[must_use]
    pub fn name(&self) -> &'static str {
        MASTER
    }

    /// The server that the Sentinel says is the master.
    ///
    /// # Panics
    /// When it says neither is.
    #[must_use]
    pub fn master(&self) -> &Redis {
        let answer = self.told(&format!("SENTINEL GET-MASTER-ADDR-BY-NAME {MASTER}"));
        let is_named = |node: &&Redis| answer.contains(&format!("\r\n{}\r\n", node.port()));
        self.nodes.iter().find(is_named).unwrap_or_else(|| panic!("no master: {answer}"))
    }

    /// What the Sentinel has printed so far: when it took whom for dead, and made whom the master.
    #[must_use]
    pub fn log(&self) -> String {
        self.sentinel.log()
    }

    /// Both servers, in no order.
    #[must_use]
    pub fn nodes(&self) -> &[Redis; 2] {
        &self.nodes
    }

    /// Waits until the master is another than `old`, and takes writes.
    ///
    /// # Panics
    /// When that takes a minute.
    pub fn wait_for_failover(&self, old: &Redis) {
        let is_over = || {
            let master = self.master();
            master.port() != old.port() && master.tell("ROLE").is_ok_and(|role| role.contains("master"))
        };
        assert!(poll(is_over), "no failover within {PATIENCE:?}:\n{}", self.sentinel.last_words());
    }

    /// Waits until both servers are there, one the replica of the other.
    ///
    /// # Panics
    /// When that takes a minute.
    pub fn wait_until_whole(&self) {
        let is_whole = || {
            let master = self.master();
            let mut others = self.nodes.iter().filter(|node| node.port() != master.port());
            master.tell("ROLE").is_ok_and(|role| role.contains("master"))
                && others.all(|other| {
                    other.tell("INFO replication").is_ok_and(|answer| {
                        answer.contains("master_link_status:up")
                            && answer.contains(&format!("master_port:{}\r", master.port()))
                    })
                })
                && self
                    .told(&format!("SENTINEL REPLICAS {MASTER}"))
                    .contains("$5\r\nflags\r\n$5\r\nslave\r\n")
        };
        assert!(poll(is_whole), "no replica within {PATIENCE:?}:\n{}", self.sentinel.last_words());
    }

    /// What the Sentinel answers; nothing where it does not.
    fn told(&self, command: &str) -> String {
        tell(self.sentinel.address(), command).unwrap_or_default()
    }
}

/// What a Sentinel watches: the server at a port.
struct Watch {
    port: u16,
}

impl Kind for Watch {
    fn user(&self) -> &'static str {
        "redis"
    }

    /// Its own file, for it keeps there what it learns.
    fn prepare(&self, directory: &Directory) {
        let lines = format!(
            "sentinel monitor {MASTER} 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds {MASTER} 2000\n\
             sentinel failover-timeout {MASTER} 2000\n",
            self.port
        );
        let mut command = directory.command(std::path::Path::new("/bin/sh"));
        directory.run(command.args(["-c", r#"printf %s "$1" >sentinel.conf"#, "write", &lines]));
    }

    fn command(&self, directory: &Directory, port: u16) -> Command {
        let mut command = directory.command(&program::find("redis-server", None, "redis-server"));
        command.args(["sentinel.conf", "--sentinel", "--bind", "127.0.0.1", "--port", &port.to_string()]);
        command
    }

    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool> {
        Ok(ask(connection, "PING")?.contains("PONG"))
    }

    fn url(&self, port: u16) -> String {
        format!("redis://127.0.0.1:{port}/")
    }
}
