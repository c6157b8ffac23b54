//! A file of settings is read again whenever it changes: on real files, changed in every way that files are changed.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unused_qualifications, unreachable_pub)]
#![forbid(unsafe_code)]
#![cfg(unix)]

mod changes;
mod links;
mod listeners;
mod told;
mod watches;

use std::{
    fmt::{Debug, Write},
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use retry_runtime::settings::{self, SettingsError, Watch};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// A directory of one test. Settings and the log are the process's: one test at a time.
struct Directory {
    path: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Directory {
    fn new() -> Self {
        let directory = Self::unread();
        settings::Sources::new().without_environment().init().unwrap();
        listen();
        directory
    }

    /// The same with the settings as they are.
    fn unread() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let name =
            format!("settings-watch-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self { path, _turn: turn }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Puts a file there in one step, so that nobody can read half of it.
    fn put(&self, name: &str, text: &str) -> PathBuf {
        let (path, new) = (self.path(name), self.path(&format!("{name}.new")));
        fs::write(&new, text).unwrap();
        fs::rename(&new, &path).unwrap();
        path
    }

    /// One by which workers have so many attempts.
    fn write(&self, name: &str, attempts: u32) -> PathBuf {
        self.put(name, &text(attempts))
    }

    /// Writes one, and watches it.
    fn watched(&self, name: &str, attempts: u32) -> (PathBuf, Watch) {
        let path = self.write(name, attempts);
        let watch = settings::watch(&path).unwrap();
        assert_attempts(attempts);
        (path, watch)
    }

    fn plain(&self, error: &SettingsError) -> String {
        error.to_string().replace(&format!("{}/", self.path.display()), "")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn text(attempts: u32) -> String {
    format!("[retry_policies.worker]\nmax_attempts = {attempts}\n")
}

fn attempts() -> Option<u32> {
    settings::policy("worker").unwrap().max_attempts()
}

fn assert_attempts(expected: u32) {
    assert_eq!(attempts(), Some(expected));
}

/// Long enough for the slowest machine; what does not come by then never will.
const LIMIT: Duration = Duration::from_secs(60);

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "never: {what}; the log: {:#?}", log());
        thread::sleep(Duration::from_millis(1));
    }
}

#[track_caller]
fn wait_for_attempts(expected: u32) {
    wait_until(&format!("{expected} attempts"), || attempts() == Some(expected));
}

/// What the log was told, from warnings on and of changes.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn log() -> Vec<String> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn lines_with(part: &str) -> usize {
    log().iter().filter(|line| line.contains(part)).count()
}

/// From now on, by all threads.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Lines)).unwrap();
    });
    LOG.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if *metadata.level() <= Level::INFO && metadata.target() == "retry_runtime::settings" {
            let mut line = Line(metadata.level().to_string());
            event.record(&mut line);
            LOG.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // A text takes everything.
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}
