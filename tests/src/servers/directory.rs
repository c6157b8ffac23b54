//! A server's private directory: its data, its log, and the programs that run in it.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::geteuid;

use super::{guard::Guard, process::Process, program::SYSTEM_PATH};

/// A directory, the user it belongs to, and its guard.
#[derive(Debug)]
pub(super) struct Directory {
    user: Option<&'static str>,
    guard: Guard,
}

impl Directory {
    /// Makes one for the current user, or for `user` when the current one is root: servers refuse root.
    pub(super) fn new(user: &'static str) -> Self {
        let user = geteuid().is_root().then_some(user);
        Self { user, guard: Guard::new(user) }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.guard.directory()
    }

    /// Where the server keeps its data.
    pub(super) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// A command that runs as the directory's user, in it, with an almost empty environment.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command;
        if let Some(user) = self.user {
            command = Command::new("setpriv");
            command.arg(format!("--reuid={user}")).arg(format!("--regid={user}"));
            command.args(["--clear-groups", "--"]).arg(program);
        } else {
            command = Command::new(program);
        }
        command
            .env("PATH", SYSTEM_PATH)
            .env("HOME", self.path())
            .env("TMPDIR", self.path())
            .env("LC_ALL", "C.UTF-8");
        command
    }

    /// Starts a command made by [`command`](Self::command).
    pub(super) fn start(&self, command: &Command) -> Process {
        let file = OpenOptions::new().create(true).append(true).open(self.log_file());
        Process::start(command, &file.expect("a log file"), &self.guard)
    }

    /// Runs a command made by [`command`](Self::command) to its end.
    ///
    /// # Panics
    /// When it fails.
    pub(super) fn run(&self, command: &Command) {
        let status = self.start(command).wait();
        self.nothing_runs();
        assert!(status.success(), "{command:?} failed, {status}:\n{}", self.last_words());
    }

    /// The process that was started has ended, and its number may go to anybody.
    pub(super) fn nothing_runs(&self) {
        self.guard.watch(None);
    }

    /// What was printed so far.
    pub(super) fn log(&self) -> String {
        let log = std::fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The end of the log: enough for the message of a panic.
    pub(super) fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Writes a file that the server reads.
    pub(super) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("write into a directory of ours");
        path
    }

    fn log_file(&self) -> PathBuf {
        self.path().join("log")
    }
}
