//! Processes of a fleet (`tests/src/bin/shared-probe`).

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

/// One that does what it is told.
pub(crate) struct Process {
    child: Child,
    lines: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Process {
    pub(crate) fn start(url: &str) -> Self {
        Self::start_with(&[url])
    }

    /// One whose Redis is part of a Cluster.
    pub(crate) fn start_in_cluster(url: &str) -> Self {
        Self::start_with(&[url, "cluster"])
    }

    fn start_with(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shared-probe"));
        let mut child =
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (Some(told), Some(says)) = (child.stdin.take(), child.stdout.take()) else { unreachable!() };
        Self { child, lines: Mutex::new((told, BufReader::new(says))) }
    }

    pub(crate) fn fleet<const N: usize>(url: &str) -> [Self; N] {
        [(); N].map(|()| Self::start(url))
    }

    /// What it says to a command.
    pub(crate) fn tell(&self, command: &str) -> String {
        let mut lines = self.lines.lock().expect("nobody panics meanwhile");
        writeln!(lines.0, "{command}").expect("it listens");
        let mut answer = String::new();
        lines.1.read_line(&mut answer).expect("it answers");
        assert!(!answer.is_empty(), "{command}: it has ended");
        answer.trim_end().to_owned()
    }

    pub(crate) fn number(&self, command: &str) -> u32 {
        self.tell(command).parse().expect("a number")
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What all of them say to a command, together.
pub(crate) fn sum(fleet: &[Process], command: &str) -> u32 {
    thread::scope(|scope| {
        let told: Vec<_> = fleet.iter().map(|process| scope.spawn(|| process.number(command))).collect();
        told.into_iter().map(|number| number.join().expect("a number")).sum()
    })
}

/// Waits until it is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    const PATIENCE: Duration = Duration::from_secs(20);
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
