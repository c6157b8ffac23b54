//! Settings of files: every format, inheritance, and what is wrong with them in the words that a user reads.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unused_qualifications, unreachable_pub)]
#![forbid(unsafe_code)]

mod formats;
mod inheritance;
mod operations;
mod tenants;
mod whole_files;
mod wrong;

use std::{
    fs,
    path::{MAIN_SEPARATOR, Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use retry_runtime::settings::{self, SettingsError};

/// Files of one test, in a directory of their own. Settings are the process's: one test at a time.
struct Files {
    directory: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Files {
    fn new() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("settings-file-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        Self { directory, _turn: turn }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), text).unwrap();
        self
    }

    /// Reads these files and nothing else.
    fn read(&self, names: &[&str]) -> Result<(), SettingsError> {
        let files = settings::Sources::new().without_environment();
        names.iter().fold(files, |files, name| files.file(self.path(name))).init()
    }

    /// What is said of a file that is wrong, without the way to it.
    fn refused(&self, names: &[&str]) -> String {
        self.plain(&self.read(names).unwrap_err())
    }

    /// The same of a file with this text.
    fn refused_text(&self, name: &str, text: &str) -> String {
        self.write(name, text).refused(&[name])
    }

    fn plain(&self, error: &SettingsError) -> String {
        error.to_string().replace(&format!("{}{MAIN_SEPARATOR}", self.directory.display()), "")
    }

    /// The value of a field, and where it comes from.
    fn value(&self, name: &str, field: &str) -> (String, String) {
        let report = settings::report();
        let row = report.rows().iter().find(|row| row.name == name && row.field == field);
        let row = row.unwrap_or_else(|| panic!("no {field} of {name} in {report:#?}"));
        let way = format!("{}{MAIN_SEPARATOR}", self.directory.display());
        (row.value.clone(), row.source.replace(&way, ""))
    }

    fn assert_value(&self, name: &str, field: &str, value: &str, source: &str) {
        assert_eq!(self.value(name, field), (value.to_owned(), source.to_owned()), "{field} of {name}");
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
        // The next one begins with the policies of the code.
        let _ = settings::Sources::new().without_environment().init();
    }
}
