//! `MariaDB`.

use std::{
    io::{self, Read},
    net::TcpStream,
    ops::Deref,
    path::Path,
    process::Command,
};

use super::{
    directory::Directory,
    program,
    server::{Kind, Server},
};

/// A `MariaDB` server whose commits survive [`kill`](Server::kill). Its administrator is `root`, without a
/// password, and it has a database `test`.
#[derive(Debug)]
pub struct MariaDb(Server);

impl MariaDb {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with further arguments, such as `&["--max-connections=4"]`.
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Self {
        Self(Server::start(|| Configuration(arguments.iter().map(ToString::to_string).collect())))
    }
}

impl Deref for MariaDb {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

struct Configuration(Vec<String>);

/// Fast to start and small: a commit is in the kernel's hands only, which is enough for a server that is
/// killed.
const STORAGE: [&str; 5] = [
    "--innodb-buffer-pool-size=8M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=2",
    "--key-buffer-size=1M",
];

impl Kind for Configuration {
    fn user(&self) -> &'static str {
        "mysql"
    }

    fn prepare(&self, directory: &Directory) {
        let install = program::find("mariadb-install-db", None, "mariadb-server");
        let mut command = directory.command(&install);
        command
            .arg("--no-defaults")
            .arg(option("--datadir", &directory.data()))
            .args(["--auth-root-authentication-method=normal", "--skip-name-resolve"])
            .args(STORAGE);
        directory.run(&command);
    }

    fn command(&self, directory: &Directory, port: u16) -> Command {
        let mut command = directory.command(&program::find("mariadbd", None, "mariadb-server"));
        command
            .arg("--no-defaults")
            .arg(option("--datadir", &directory.data()))
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--port={port}"))
            // Relative to the data: a socket's path must not be long.
            .arg("--socket=socket")
            .arg("--pid-file=pid")
            // Without names it keeps no list of hosts to block, ours above all, for bad manners.
            .arg("--skip-name-resolve")
            .args(STORAGE)
            .args(&self.0);
        command
    }

    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool> {
        // Four bytes of length and number, then the version of the protocol, or an error that says that
        // there are too many of us. It listens when it is ready.
        let mut greeting = [0; 5];
        connection.read_exact(&mut greeting)?;
        Ok(matches!(greeting[4], 10 | 255))
    }

    fn url(&self, port: u16) -> String {
        format!("mysql://root@127.0.0.1:{port}/test")
    }
}

fn option(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}
