//! Programs of a fleet: real processes, in which annotated functions run. `cluster-worker` is told on its standard input
//! what to do; what it says begins with `>`, all else that it prints is its log.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// How long anything may take on a busy machine: a limit, never a measure.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that goes when this is dropped. (When the test is killed, it goes at the end of its standard input.)
#[derive(Debug)]
pub struct Worker {
    process: Child,
    input: ChildStdin,
    printed: Arc<Printed>,
    /// How much of what it said was taken.
    taken: usize,
}

#[derive(Debug, Default)]
struct Printed {
    lines: Mutex<Vec<String>>,
    grows: Condvar,
}

impl Printed {
    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: Arc<Self>, pipe: impl Read + Send + 'static) {
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                self.lines().push(line);
                self.grows.notify_all();
            }
        });
    }
}

impl Worker {
    /// Starts it. `command` is the program and its coordinator: `redis URL`, `sentinel URL MASTER`, `cluster URL..`,
    /// `memory` or `none`, and options: `--namespace NAME`, `--timeout MILLISECONDS`, `--trace`.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let printed = Arc::<Printed>::default();
        printed.clone().take(process.stdout.take().expect("is piped"));
        printed.clone().take(process.stderr.take().expect("is piped"));
        let input = process.stdin.take().expect("is piped");
        let mut worker = Self { process, input, printed, taken: 0 };
        worker.hear("ready");
        worker
    }

    /// Tells it to do something.
    ///
    /// # Panics
    /// When it is gone.
    pub fn say(&mut self, command: &str) {
        let said = writeln!(self.input, "{command}").and_then(|()| self.input.flush());
        said.unwrap_or_else(|error| panic!("{command}: {error}, after\n{}", self.all()));
    }

    /// Waits until it says this, and takes what follows.
    ///
    /// # Panics
    /// When it does not within a minute, with all that it printed.
    pub fn hear(&mut self, word: &str) -> String {
        let begin = format!("> {word}");
        self.wait_for(&begin)[begin.len()..].trim().to_owned()
    }

    /// Waits until it logs something with these words in it, after all that was waited for before.
    ///
    /// # Panics
    /// When it does not within a minute, with all that it printed.
    pub fn hear_log(&mut self, words: &str) -> String {
        self.wait_for(words)
    }

    fn wait_for(&mut self, words: &str) -> String {
        let taken = self.taken;
        let found = |lines: &Vec<String>| lines.iter().skip(taken).position(|line| line.contains(words));
        let lines = self.printed.lines();
        let waited = self.printed.grows.wait_timeout_while(lines, PATIENCE, |lines| found(lines).is_none());
        let (lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let Some(place) = found(&lines) else {
            panic!("nobody said `{words}` within {PATIENCE:?}, but\n{}", lines.join("\n"));
        };
        self.taken = taken + place + 1;
        lines[taken + place].clone()
    }

    /// How many lines have these words, of all that it printed.
    #[must_use]
    pub fn count(&self, words: &str) -> usize {
        self.printed.lines().iter().filter(|line| line.contains(words)).count()
    }

    /// All that it printed, but for what it says while it is waited for.
    #[must_use]
    pub fn all(&self) -> String {
        self.printed.lines().iter().filter(|line| !line.starts_with("> so-far")).fold(
            String::new(),
            |mut all, line| {
                let _ = writeln!(all, "{line}");
                all
            },
        )
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came of calls that a worker made all the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many there were.
    pub made: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How long the slowest one took, in milliseconds.
    pub slowest: u64,
}

impl Calls {
    /// Reads what it says of them.
    ///
    /// # Panics
    /// When it says something else.
    #[must_use]
    pub fn read(said: &str) -> Self {
        let numbers: Vec<u64> = said.split(' ').map(|word| word.parse().expect("a number")).collect();
        let [made, failed, slowest] = numbers[..] else { panic!("not three numbers: {said}") };
        Self { made, failed, slowest }
    }
}
