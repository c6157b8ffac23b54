//! Prometheus.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    ops::Deref,
    process::Command,
};

use super::{
    directory::Directory,
    program,
    server::{Kind, Server},
};

/// A Prometheus server with the configuration and the further files, such as rules, that it is given.
#[derive(Debug)]
pub struct Prometheus(Server);

impl Prometheus {
    /// Starts one. `configuration` finds each of `files` by its name.
    #[must_use]
    pub fn start(configuration: &str, files: &[(&str, &str)]) -> Self {
        let owned = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
        let files: Vec<_> = [(CONFIGURATION, configuration)].iter().chain(files).map(owned).collect();
        Self(Server::start(|| Configuration(files.clone())))
    }
}

impl Deref for Prometheus {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

/// A command that runs `promtool`, which comes with the server.
///
/// # Panics
/// When it is not installed.
#[must_use]
pub fn promtool() -> Command {
    Command::new(program::find("promtool", None, "prometheus"))
}

const CONFIGURATION: &str = "prometheus.yml";

struct Configuration(Vec<(String, String)>);

impl Kind for Configuration {
    fn user(&self) -> &'static str {
        "prometheus"
    }

    fn prepare(&self, directory: &Directory) {
        for (name, content) in &self.0 {
            directory.write(name, content);
        }
    }

    fn command(&self, directory: &Directory, port: u16) -> Command {
        let mut command = directory.command(&program::find("prometheus", None, "prometheus"));
        command
            .arg(format!("--config.file={CONFIGURATION}"))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg(format!("--storage.tsdb.path={}", directory.data().display()));
        command
    }

    fn answers(&self, connection: &mut TcpStream) -> io::Result<bool> {
        connection.write_all(b"GET /-/ready HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.0 200 "))
    }

    fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }
}
