//! Reads a file again whenever it changes.

mod directories;

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use notify::{
    ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};

use self::directories::directories;
use super::{
    file::contents,
    log,
    problem::{Problem, SettingsError},
    store,
};

/// How long nothing must happen before the file is read: whoever writes it may not be done.
const QUIET: Duration = Duration::from_millis(50);
/// It is read after this time even if something happens all the while, be it to other files of the directory.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a file is looked at of which the system tells nothing: it cannot be watched any more, a directory far above
/// it was renamed, or it is another machine's.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// How often links may change while they are followed.
const TRIES: u32 = 10;

/// Reads a file of settings, and reads it again whenever it changes, until the [`Watch`] is dropped.
///
/// The file joins those that [`Sources`](super::Sources) named, above them, unless it is one of them; where nothing was
/// read before, the environment is read too. (Name other sources first: [`Sources::init`](super::Sources::init) forgets
/// what was read before it.) A change makes all of the sources be read again, 50 ms after the last
/// one or 1 s after the first. What is wrong then goes to the log as a warning for each problem, and the policies stay as
/// they are until the file is right again. That goes for a file that is deleted too, unless it was named as
/// [`optional_file`](super::Sources::optional_file).
///
/// It does not matter how the file is changed: written in place, replaced by another one, or behind a symbolic link that
/// is turned elsewhere, as Kubernetes does with a `ConfigMap`. Of some changes the system does not tell: of those that
/// another machine makes on a shared file system, NFS say, or of another directory that takes the place of one further up
/// than the file's own. These are found within 10 s; [`reload`](super::reload) finds them at once.
///
/// # Errors
/// If the file cannot be read, all that is wrong with the sources; if the system has no watches left, what to do about
/// it. Nothing is read or watched then.
///
/// # Examples
/// ```
/// use retry_runtime::settings;
///
/// # #[cfg(feature = "settings-toml")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = std::env::temp_dir().join(format!("retry-watch-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("retry.toml");
/// std::fs::write(&path, "[retry_policies.worker]\nmax_attempts = 7\n")?;
/// let watch = settings::watch(&path)?;
/// assert_eq!(settings::policy("worker").unwrap().max_attempts(), Some(7));
///
/// std::fs::write(&path, "[retry_policies.worker]\nmax_attempts = 8\n")?;
/// while settings::policy("worker").unwrap().max_attempts() != Some(8) {
///     std::thread::yield_now();
/// }
/// drop(watch);
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "settings-toml"))]
/// # fn main() {}
/// ```
pub fn watch(path: impl AsRef<Path>) -> Result<Watch, SettingsError> {
    start(path.as_ref(), store::read_too)
}

/// The same for a program that had rather run with the policies it has than not at all: if the sources are wrong now, that
/// goes to the log as warnings, and the file is watched until it is right.
///
/// # Errors
/// If the system has no watches left.
pub fn watch_or_warn(path: impl AsRef<Path>) -> Result<Watch, SettingsError> {
    start(path.as_ref(), |path| {
        if let Err(error) = store::read_too_from_now_on(path) {
            log::refused(&error);
        }
        Ok(())
    })
}

fn start(path: &Path, read: impl FnOnce(&Path) -> Result<(), SettingsError>) -> Result<Watch, SettingsError> {
    let problem = |message: String| Problem {
        source: path.display().to_string(),
        key: String::new(),
        value: None,
        message: format!("cannot be watched: {message}"),
    };
    let (wake, woken) = mpsc::sync_channel(1);
    let absolute = std::path::absolute(path).map_err(|error| problem(error.to_string()))?;
    let mut watched = Watched::new(absolute, wake.clone()).map_err(|error| problem(reason(&error)))?;
    // Watched before it is read: a change between the two is seen.
    watched.found = contents(&watched.path).ok();
    read(path)?;
    let is_over = watched.is_over.clone();
    let thread = thread::Builder::new()
        .name("retry-settings".to_owned())
        .spawn(move || watched.keep_reading(&woken))
        .map_err(|error| problem(error.to_string()))?;
    Ok(Watch { wake, is_over, thread: Some(thread) })
}

/// A file that is watched, see [`watch`]; dropping it ends that. The settings stay as they were read last.
#[derive(Debug)]
#[must_use = "dropped, it watches no more: keep it, or call `forever`"]
pub struct Watch {
    wake: SyncSender<Wake>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches as long as the program runs.
    pub fn forever(mut self) {
        self.thread = None;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.is_over.store(true, Ordering::Relaxed);
            // Whoever hears of a change may drop it, in its own thread: that one cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                // Neither fails unless the thread has ended.
                let _ = self.wake.send(Wake::Stop);
                let _ = thread.join();
            }
        }
    }
}

/// What the thread is woken for.
#[derive(Clone, Copy, Debug)]
enum Wake {
    Look,
    Stop,
}

struct Watched {
    path: PathBuf,
    watcher: RecommendedWatcher,
    directories: BTreeSet<PathBuf>,
    /// Whether the system tells of changes.
    is_told: bool,
    /// Whether the [`Watch`] was dropped.
    is_over: Arc<AtomicBool>,
    /// What the file held when it was last read.
    found: Option<Vec<u8>>,
    /// Why that was not taken, if it was not.
    refused: Option<SettingsError>,
}

impl Watched {
    fn new(path: PathBuf, wake: SyncSender<Wake>) -> notify::Result<Self> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.map_or(true, |event| may_change(event.kind)) {
                // Where one waits already, it will do for both.
                let _ = wake.try_send(Wake::Look);
            }
        })?;
        let directories = BTreeSet::new();
        let is_over = Arc::default();
        let mut new = Self { path, watcher, directories, is_told: true, is_over, found: None, refused: None };
        new.follow()?;
        Ok(new)
    }

    fn keep_reading(mut self, woken: &Receiver<Wake>) {
        while !self.is_over.load(Ordering::Relaxed) {
            match woken.recv_timeout(LOOK_AGAIN) {
                Ok(Wake::Look) if wait_for_quiet(woken) => self.look(),
                Err(RecvTimeoutError::Timeout) => self.look(),
                _ => return,
            }
        }
    }

    /// Reads everything again, if the file is another one than before or something was wrong.
    fn look(&mut self) {
        self.follow_on();
        let found = contents(&self.path).ok();
        if found == self.found && self.refused.is_none() {
            return;
        }
        self.found = found;
        let refused = store::reload().err();
        if let Some(error) = news(refused.as_ref(), self.refused.as_ref()) {
            log::refused(error);
        }
        self.refused = refused;
    }

    fn follow_on(&mut self) {
        let followed = self.follow();
        if let Some(error) = followed.as_ref().err().filter(|_| self.is_told) {
            log::unwatched(&self.path, &reason(error), LOOK_AGAIN);
        }
        self.is_told = followed.is_ok();
    }

    /// Watches the directories where the file may be changed now. Each is watched afresh, for what bears its name may be
    /// another one than before.
    fn follow(&mut self) -> notify::Result<()> {
        let mut followed = Ok(());
        for _ in 0..TRIES {
            for directory in &self.directories {
                let _ = self.watcher.unwatch(directory);
            }
            self.directories = directories(&self.path);
            let mut watch = |directory: &PathBuf| self.watcher.watch(directory, RecursiveMode::NonRecursive);
            followed = self.directories.iter().try_for_each(&mut watch);
            // A link that was turned meanwhile was not watched yet.
            if directories(&self.path) == self.directories {
                break;
            }
        }
        followed
    }
}

/// What is wrong, if it is not what was wrong before.
fn news<'a>(refused: Option<&'a SettingsError>, before: Option<&SettingsError>) -> Option<&'a SettingsError> {
    refused.filter(|_| refused != before)
}

/// Waits until nothing happens any more; `false` if it is to stop.
fn wait_for_quiet(woken: &Receiver<Wake>) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match woken.recv_timeout(QUIET) {
            Ok(Wake::Look) => {}
            Err(RecvTimeoutError::Timeout) => break,
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

/// Whether a file may be another one after it. Our own reading is such an event too.
const fn may_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if !matches!(access, AccessKind::Close(AccessMode::Write)))
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => {
            "the system has no watches left: raise `fs.inotify.max_user_watches`".to_owned()
        }
        ErrorKind::Io(error) if has_too_many_files(error) => {
            format!("{error}: raise `fs.inotify.max_user_instances`, or the limit of open files")
        }
        _ => error.to_string(),
    }
}

/// The error of a system that has no watchers left is that of one that has no files left.
fn has_too_many_files(error: &io::Error) -> bool {
    const EMFILE: i32 = 24;
    cfg!(unix) && error.raw_os_error() == Some(EMFILE)
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, ModifyKind};

    use super::*;

    #[test]
    fn reading_a_file_is_no_change_of_it() {
        assert!(!may_change(EventKind::Access(AccessKind::Open(AccessMode::Any))));
        assert!(!may_change(EventKind::Access(AccessKind::Close(AccessMode::Read))));
        assert!(may_change(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(may_change(EventKind::Create(CreateKind::File)));
        assert!(may_change(EventKind::Modify(ModifyKind::Any)));
        // What a system says that lost count of events.
        assert!(may_change(EventKind::Other));
    }

    #[test]
    fn what_is_wrong_is_told_once_and_again_when_it_changes() {
        let error = |message: &str| {
            SettingsError::from(Problem {
                source: "retry.toml".to_owned(),
                key: String::new(),
                value: None,
                message: message.to_owned(),
            })
        };
        let (one, other) = (error("one"), error("other"));
        assert_eq!(news(Some(&one), None), Some(&one));
        assert_eq!(news(Some(&one), Some(&one)), None);
        assert_eq!(news(Some(&one), Some(&other)), Some(&one));
        assert_eq!(news(None, Some(&one)), None);
    }

    #[test]
    fn a_system_without_watches_says_which_limit_to_raise() {
        let limit = notify::Error::new(ErrorKind::MaxFilesWatch);
        assert_eq!(reason(&limit), "the system has no watches left: raise `fs.inotify.max_user_watches`");
        #[cfg(unix)]
        assert!(
            reason(&notify::Error::io(io::Error::from_raw_os_error(24)))
                .ends_with(": raise `fs.inotify.max_user_instances`, or the limit of open files")
        );
    }
}
