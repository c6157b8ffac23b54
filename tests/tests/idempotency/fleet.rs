//! Processes of `keyed-worker`, which a test tells what to do, pauses and kills.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use retry_tests::servers::Redis;
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a busy machine: a limit, never a measure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A process that goes when this is dropped. (When the test is killed, it goes at the end of its standard input.)
pub(crate) struct Worker {
    process: Child,
    input: ChildStdin,
    printed: Arc<Printed>,
}

#[derive(Default)]
struct Printed {
    lines: Mutex<Lines>,
    grows: Condvar,
}

#[derive(Default)]
struct Lines {
    all: Vec<String>,
    /// Those that nobody has heard.
    unheard: Vec<String>,
}

impl Printed {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: Arc<Self>, pipe: impl Read + Send + 'static) {
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut lines = self.lines();
                lines.unheard.push(line.clone());
                lines.all.push(line);
                self.grows.notify_all();
            }
        });
    }
}

impl Worker {
    /// A process of its own: `redis URL --lease 1000`, `memory`.
    pub(crate) fn start(command_line: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_keyed-worker"))
            .args(command_line.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let printed = Arc::<Printed>::default();
        printed.clone().take(process.stdout.take().expect("is piped"));
        printed.clone().take(process.stderr.take().expect("is piped"));
        let input = process.stdin.take().expect("is piped");
        let worker = Self { process, input, printed };
        worker.hear("> ready");
        worker
    }

    /// One that is coordinated by `redis`, with options.
    pub(crate) fn of(redis: &Redis, options: &str) -> Self {
        Self::start(format!("redis {} {options}", redis.url()).trim())
    }

    /// Tells it to do something.
    pub(crate) fn say(&mut self, command: &str) {
        let said = writeln!(self.input, "{command}").and_then(|()| self.input.flush());
        said.unwrap_or_else(|error| panic!("{command}: {error}, after\n{}", self.all()));
    }

    /// Waits for a line with these words that nobody has heard yet, and takes it alone.
    pub(crate) fn hear(&self, words: &str) -> String {
        let place = |lines: &Lines| lines.unheard.iter().position(|line| line.contains(words));
        let lines = self.printed.lines();
        let waited = self.printed.grows.wait_timeout_while(lines, PATIENCE, |lines| place(lines).is_none());
        let (mut lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match place(&lines) {
            Some(place) => lines.unheard.remove(place),
            None => panic!("nobody said `{words}` within {PATIENCE:?}, but\n{}", lines.all.join("\n")),
        }
    }

    /// Makes a call, and waits until its body begins.
    pub(crate) fn begin(&mut self, call: &str, key: &str) {
        self.say(&format!("call {call} {key}"));
        self.hear(&format!("> {call} begins"));
    }

    /// Lets the body of a call return `value`, and waits until the call does.
    pub(crate) fn go(&mut self, call: &str, value: &str) {
        self.say(&format!("go {call} {value}"));
        self.hear(&format!("> {call} ok {value}"));
    }

    /// Whether a line has these words, of all that it printed so far.
    pub(crate) fn has_said(&self, words: &str) -> bool {
        self.count(words) > 0
    }

    /// How many lines have these words.
    pub(crate) fn count(&self, words: &str) -> usize {
        self.printed.lines().all.iter().filter(|line| line.contains(words)).count()
    }

    /// All that it printed.
    pub(crate) fn all(&self) -> String {
        self.printed.lines().all.join("\n")
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// `SIGKILL`.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("it has not been waited for");
        self.process.wait().expect("a child of ours");
    }

    /// `SIGSTOP`: it neither runs nor closes anything.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Undoes [`pause`](Self::pause).
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).expect("it has not been waited for");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
