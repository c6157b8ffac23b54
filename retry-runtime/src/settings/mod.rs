#![doc = include_str!("../../docs/settings.md")]

mod changes;
mod environment;
mod field;
mod file;
mod layers;
mod log;
mod problem;
mod report;
mod resolve;
mod section;
mod store;
mod tuned;
mod value;
#[cfg(feature = "settings-watch")]
mod watch;

use std::path::PathBuf;

use self::store::{ReadFrom, SourceFile};
pub(crate) use self::tuned::Tuned;
#[cfg(feature = "settings-watch")]
pub use self::watch::{Watch, watch, watch_or_warn};
pub use self::{
    changes::Changes,
    problem::{Problem, SettingsError},
    report::{Report, Row},
};
use crate::{RetryPolicy, site::Site};

/// Where settings are read from: files, one above the other, and the environment above them.
///
/// ```
/// use retry_runtime::settings;
///
/// # fn main() -> Result<(), settings::SettingsError> {
/// settings::Sources::new().optional_file("retry.toml").init()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `init`"]
pub struct Sources(ReadFrom);

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl Sources {
    /// The environment.
    pub fn new() -> Self {
        Self(ReadFrom { files: Vec::new(), has_environment: true })
    }

    /// A file, which overrides those named before it, field by field. A path that is not absolute starts from the
    /// directory that is the current one now, also when the file is read again. Its extension says what it is: `.toml`, `.yaml` or
    /// `.yml`, `.json`. What a section `inherits` is looked up when all files are read, so that a later one may change
    /// the parent of what an earlier one has.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.files.push(SourceFile::new(path.into(), false));
        self
    }

    /// A file that need not be there. While it is not, neither need the feature of its format.
    pub fn optional_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.files.push(SourceFile::new(path.into(), true));
        self
    }

    /// Without the environment.
    pub fn without_environment(mut self) -> Self {
        self.0.has_environment = false;
        self
    }

    /// Reads them; from now on calls go by what they say. Sources that were read before are forgotten, what the program
    /// changed itself ([`update`]) is not. (So is a file that only `watch` has read: it is watched on, and means nothing.)
    ///
    /// # Errors
    /// All that is wrong with them. Nothing of them is taken.
    pub fn init(self) -> Result<(), SettingsError> {
        store::read_from(self.0)
    }

    /// The same for a program that had rather run with the policies of its code than not at all: what is wrong goes to the
    /// log as warnings (feature `tracing`, and a subscriber), and comes back.
    ///
    /// [`reload`] reads these sources again, also after they were refused.
    #[expect(clippy::must_use_candidate, reason = "the log has said it")]
    pub fn init_or_warn(self) -> Option<SettingsError> {
        let error = store::read_from_now_on(self.0).err()?;
        log::refused(&error);
        Some(error)
    }
}

/// Reads the environment. [`Sources`] reads files too.
///
/// # Errors
/// All that is wrong with it. Nothing of it is taken.
pub fn init() -> Result<(), SettingsError> {
    Sources::new().init()
}

/// Reads all sources again. Calls that have failed keep the policy they have; the next ones go by the new ones.
///
/// # Errors
/// All that is wrong with them: the policies stay as they are. Also where nothing was read before.
pub fn reload() -> Result<(), SettingsError> {
    store::reload()
}

/// Changes what a policy or an operation is called by goes by, above files and environment.
///
/// # Errors
/// What is wrong with the change: nothing of it is taken.
pub fn update(name: &str, change: impl FnOnce(Changes) -> Changes) -> Result<(), SettingsError> {
    store::update(name, change)
}

/// A policy by its name, as it is now: a preset, a policy that an annotated function names, or one that a source has.
/// `None` if there is none.
#[must_use]
pub fn policy(name: &str) -> Option<RetryPolicy> {
    store::policy(name)
}

/// Every value that settings may change, and where it comes from.
#[must_use]
pub fn report() -> Report {
    store::report()
}

pub(crate) fn tuned(site: &Site) -> &'static Tuned {
    store::tuned(site)
}

/// The site of one call, with the policy by which it goes where its own is `policy`.
pub(crate) fn site_of(place: &Site, policy: RetryPolicy) -> Site {
    let draft = place.draft_of(policy);
    let Tuned { policy: tuned, attempt_timeout, deadline } = store::tuned_from(place, draft);
    let limits = Tuned { policy: None, attempt_timeout, deadline };
    place.tuned(tuned.unwrap_or(*draft.policy()), limits.kept())
}

pub(crate) fn are_read() -> bool {
    store::are_read()
}
