//! A Redis of the runner's own, and what it counts.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;

/// It answers within milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Ends the server when its own input ends: with the runner, however that ends.
const UNTIL_INPUT_ENDS: &str = r#""$@" & read -r _; kill $!; wait"#;

/// It keeps nothing, and ends with the runner.
pub(crate) struct Redis {
    port: u16,
    folder: PathBuf,
    process: Child,
    lifeline: Option<ChildStdin>,
}

impl Redis {
    /// Starts one on a free port of this machine alone.
    ///
    /// # Errors
    ///
    /// If it is missing, or does not answer.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let found = Command::new("redis-server").arg("--version").output().is_ok();
        ensure!(found, "redis-server is missing: install it, on Debian by `apt-get install redis-server`");
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let folder = workspace.scratch.join(format!("redis-{port}"));
        fs::create_dir_all(&folder)?;
        let mut process = Command::new("sh")
            .args(["-c", UNTIL_INPUT_ENDS, "sh", "redis-server", "--port", &port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start redis-server")?;
        let lifeline = process.stdin.take();
        let redis = Self { port, folder, process, lifeline };
        let start = Instant::now();
        while redis.ask("PING").is_err() {
            ensure!(start.elapsed() < PATIENCE, "redis-server does not answer on port {port}");
            thread::sleep(Duration::from_millis(10));
        }
        Ok(redis)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Which one it is.
    pub(crate) fn version(&self) -> Result<String> {
        let said = self.ask("INFO server")?;
        let version = said.lines().find_map(|line| line.strip_prefix("redis_version:"));
        Ok(format!("Redis {}", version.context("it does not say its version")?.trim()))
    }

    /// How often it has read from a connection. Of a client that waits for each answer, that is how often it asked.
    pub(crate) fn reads(&self) -> Result<u64> {
        number(&self.ask("INFO stats")?, "total_reads_processed:")
    }

    /// How often it has run a script that it knew.
    pub(crate) fn scripts(&self) -> Result<u64> {
        number(&self.ask("INFO commandstats")?, "cmdstat_evalsha:calls=")
    }

    /// Sends one command over a connection of its own, which it then closes.
    fn ask(&self, command: &str) -> Result<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.write_all(format!("{command}\r\nQUIT\r\n").as_bytes())?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        if answer.is_empty() || answer.starts_with('-') {
            bail!("redis-server answers {command} by {answer:?}");
        }
        Ok(answer)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // What cannot be given back is in the target directory.
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The number that follows `name` at the start of a line; none is zero.
fn number(said: &str, name: &str) -> Result<u64> {
    let Some(rest) = said.lines().find_map(|line| line.strip_prefix(name)) else { return Ok(0) };
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().with_context(|| format!("no number: {name}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_what_a_server_says() {
        let said =
            "$90\r\n# Stats\r\ntotal_reads_processed:106\r\ncmdstat_evalsha:calls=51456,usec=9\r\n+OK\r\n";
        assert_eq!(number(said, "total_reads_processed:").unwrap(), 106);
        assert_eq!(number(said, "cmdstat_evalsha:calls=").unwrap(), 51_456);
        assert_eq!(number(said, "cmdstat_eval:calls=").unwrap(), 0);
    }
}
