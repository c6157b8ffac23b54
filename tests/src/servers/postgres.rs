//! Postgres.

use std::{
    fs, io,
    io::{Read, Write},
    net::TcpStream,
    ops::Deref,
    path::PathBuf,
    process::Command,
};

use rustix::process::Signal;

use super::{
    directory::Directory,
    program,
    server::{Kind, Server},
};

/// A Postgres server whose commits survive [`kill`](Server::kill). Its superuser is `postgres`, without
/// a password.
#[derive(Debug)]
pub struct Postgres(Server);

impl Postgres {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with further settings, such as `&["max_connections=4"]`.
    #[must_use]
    pub fn start_with(settings: &[&str]) -> Self {
        Self(Server::start(|| Configuration(settings.iter().map(ToString::to_string).collect())))
    }
}

impl Deref for Postgres {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

struct Configuration(Vec<String>);

/// Fast to start and small. Without `fsync` a commit is in the kernel's hands only, which is enough for
/// a server that is killed. Shared memory is kept in the data directory: from `/dev/shm`, nobody would
/// remove what a killed server leaves.
const SETTINGS: [&str; 13] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=50",
    "max_parallel_workers=0",
    "shared_buffers=8MB",
    "dynamic_shared_memory_type=mmap",
    "autovacuum=off",
    "jit=off",
    "log_min_messages=log",
];

impl Kind for Configuration {
    fn user(&self) -> &'static str {
        "postgres"
    }

    fn prepare(&self, directory: &Directory) {
        let mut command = directory.command(&find("initdb"));
        command.arg("--pgdata").arg(directory.data()).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        directory.run(&command);
    }

    fn command(&self, directory: &Directory, port: u16) -> Command {
        let mut command = directory.command(&find("postgres"));
        command.arg("-D").arg(directory.data()).args(["-p", &port.to_string()]);
        for setting in SETTINGS.into_iter().chain(self.0.iter().map(String::as_str)) {
            command.args(["-c", setting]);
        }
        command
    }

    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool> {
        const STARTUP: &[u8] = b"\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0";
        const GOODBYE: &[u8] = b"X\0\0\0\x04";
        connection.write_all(STARTUP)?;
        connection.write_all(GOODBYE)?;
        // To the end: then our session is over, and does not count among `max_connections`.
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer)?;
        // "The database system is starting up" is an error (`E`), the request to log in is not.
        Ok(answer.first() == Some(&b'R'))
    }

    /// `SIGTERM` would wait for the clients to leave.
    fn stop_signal(&self) -> Signal {
        Signal::INT
    }

    fn url(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }
}

/// Debian keeps each version's programs in a directory of its own, off the path: takes the newest.
fn find(name: &str) -> PathBuf {
    let newest = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .max();
    let directory = newest.map(|version| format!("/usr/lib/postgresql/{version}/bin").into());
    program::find(name, directory, "postgresql")
}
