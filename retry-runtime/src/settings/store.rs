//! The settings of the program: one writer at a time, readers that wait for nobody.

#[cfg(feature = "settings-watch")]
use std::path::Path;
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwapOption;

use super::{
    changes::Changes,
    environment, file,
    layers::{Layers, Names, Sources, plain},
    log,
    problem::{Problem, SettingsError},
    report::Report,
    tuned::Tuned,
};
use crate::{RetryPolicy, policy::Draft, site::Site};

/// What calls go by: all of one reading, or nothing.
static CURRENT: ArcSwapOption<Layers> = ArcSwapOption::const_empty();

/// Whether there is anything there, for those who ask before every attempt.
static ARE_READ: AtomicBool = AtomicBool::new(false);

/// Where it comes from.
static WRITER: Mutex<Writer> = Mutex::new(Writer { read_from: None });

struct Writer {
    read_from: Option<ReadFrom>,
}

/// What to read, and to read again.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadFrom {
    pub(super) files: Vec<SourceFile>,
    pub(super) has_environment: bool,
}

/// A file of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceFile {
    /// As it was named.
    pub(super) path: PathBuf,
    /// Where that was when it was named: the program may go to another directory before it is read again.
    pub(super) absolute: PathBuf,
    /// Whether there may be none.
    pub(super) is_optional: bool,
}

impl SourceFile {
    pub(super) fn new(path: PathBuf, is_optional: bool) -> Self {
        // Without a path, or a directory to start from, reading it says what is wrong.
        let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        Self { path, absolute, is_optional }
    }
}

impl ReadFrom {
    fn read(&self, run_time: Names) -> Result<Layers, SettingsError> {
        let mut problems = Vec::new();
        let files = file::read_all(&self.files, &mut problems);
        let environment = if self.has_environment {
            let known = Layers::of(Sources::default()).0.known_names();
            environment::read(std::env::vars_os(), &known, &mut problems)
        } else {
            Names::new()
        };
        layers(Sources { files, environment, run_time }, problems)
    }
}

/// Checks all of it together, so that one reading reports all that is wrong.
fn layers(sources: Sources, mut problems: Vec<Problem>) -> Result<Layers, SettingsError> {
    let (layers, found) = Layers::of(sources);
    problems.extend(found);
    SettingsError::unless_none(problems)?;
    Ok(layers)
}

fn writer() -> MutexGuard<'static, Writer> {
    WRITER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run_time() -> Names {
    CURRENT.load().as_ref().map_or_else(Names::new, |layers| layers.sources.run_time.clone())
}

/// From now on calls go by these.
fn publish(layers: Layers) -> Published {
    let now = Arc::new(layers);
    let before = CURRENT.swap(Some(now.clone()));
    ARE_READ.store(true, Ordering::Release);
    Published { before, now }
}

/// What took the place of what.
#[must_use = "the log must hear of it"]
struct Published {
    before: Option<Arc<Layers>>,
    now: Arc<Layers>,
}

impl Published {
    /// Tells the log, after the next writer had leave to write: who listens may be one.
    fn tell(self, writer: MutexGuard<'_, Writer>) {
        drop(writer);
        let Self { before, now } = self;
        let before = before.unwrap_or_else(|| Arc::new(Layers::of(Sources::default()).0));
        let told = before.sources.names();
        // Once, not at every reading.
        for (name, nearest) in now.unknown_names().into_iter().filter(|(name, _)| !told.contains(name)) {
            log::unknown_name(name, nearest.as_deref());
        }
        Report::of(&before).differences(&Report::of(&now), log::changed);
    }
}

/// Reads settings for the first time, or from elsewhere than before.
pub(super) fn read_from(sources: ReadFrom) -> Result<(), SettingsError> {
    let mut writer = writer();
    let published = publish(sources.read(run_time())?);
    writer.read_from = Some(sources);
    published.tell(writer);
    Ok(())
}

/// Reads a file too, above those that are read; if nothing is read, beneath the environment.
#[cfg(feature = "settings-watch")]
pub(super) fn read_too(path: &Path) -> Result<(), SettingsError> {
    let mut writer = writer();
    let sources = with_file(&writer, path);
    let published = publish(sources.read(run_time())?);
    writer.read_from = Some(sources);
    published.tell(writer);
    Ok(())
}

/// The same, and reads it again even if that is refused now.
#[cfg(feature = "settings-watch")]
pub(super) fn read_too_from_now_on(path: &Path) -> Result<(), SettingsError> {
    let sources = with_file(&writer(), path);
    read_from_now_on(sources)
}

#[cfg(feature = "settings-watch")]
fn with_file(writer: &Writer, path: &Path) -> ReadFrom {
    let nothing = || ReadFrom { files: Vec::new(), has_environment: true };
    let mut sources = writer.read_from.clone().unwrap_or_else(nothing);
    let file = SourceFile::new(path.to_owned(), false);
    if !sources.files.iter().any(|read| read.absolute == file.absolute) {
        sources.files.push(file);
    }
    sources
}

/// Reads from elsewhere than before, and again even if that is refused now: somebody may mend it while the program runs.
pub(super) fn read_from_now_on(sources: ReadFrom) -> Result<(), SettingsError> {
    let mut writer = writer();
    let read = sources.read(run_time());
    writer.read_from = Some(sources);
    publish(read?).tell(writer);
    Ok(())
}

/// Reads them again.
pub(super) fn reload() -> Result<(), SettingsError> {
    let writer = writer();
    let Some(sources) = &writer.read_from else {
        return Err(Problem {
            source: "run time".to_owned(),
            key: "reload".to_owned(),
            value: None,
            message: "settings were never read: call `settings::init()` first, or `settings::Sources::init`"
                .to_owned(),
        }
        .into());
    };
    let published = publish(sources.read(run_time())?);
    published.tell(writer);
    Ok(())
}

/// Changes what the program itself says of a name.
pub(super) fn update(name: &str, change: impl FnOnce(Changes) -> Changes) -> Result<(), SettingsError> {
    if name.is_empty() {
        let message =
            "whose settings? name a policy, such as `worker`, or an operation, such as `billing.charge`";
        let (source, key) = ("run time".to_owned(), "update".to_owned());
        return Err(
            Problem { source, key, value: Some("\"\"".to_owned()), message: message.to_owned() }.into()
        );
    }
    // Before it is this one's turn: what it does may read settings, and even change others.
    let changes = change(Changes::to(name)).settled()?;
    let writer = writer();
    let current = CURRENT.load_full();
    let mut sources = current.map_or_else(Sources::default, |layers| layers.sources.clone());
    let plain_name = plain(name);
    let section = changes.apply(sources.run_time.remove(&plain_name).unwrap_or_default());
    if !section.is_empty() {
        sources.run_time.insert(plain_name, section);
    }
    publish(layers(sources, Vec::new())?).tell(writer);
    Ok(())
}

pub(super) fn policy(name: &str) -> Option<RetryPolicy> {
    match CURRENT.load().as_deref() {
        Some(layers) => layers.policy(name),
        None => super::layers::base(name),
    }
}

pub(super) fn report() -> Report {
    match CURRENT.load().as_deref() {
        Some(layers) => Report::of(layers),
        None => Report::of(&Layers::of(Sources::default()).0),
    }
}

/// Whether any were read: while none were, calls have their own policies.
#[inline]
pub(super) fn are_read() -> bool {
    ARE_READ.load(Ordering::Acquire)
}

pub(super) fn tuned(site: &Site) -> &'static Tuned {
    if let Some(limits) = site.limits() {
        return limits;
    }
    if !are_read() || !site.is_configurable() {
        return Tuned::NOTHING;
    }
    CURRENT.load().as_ref().map_or(Tuned::NOTHING, |layers| layers.tuned(site))
}

/// What they make of a call whose policy is computed.
pub(super) fn tuned_from(site: &Site, draft: Draft) -> Tuned {
    let current = CURRENT.load();
    let layers = current.as_ref().filter(|_| site.is_configurable());
    layers.and_then(|layers| layers.tuned_from(site, draft)).unwrap_or_default()
}
