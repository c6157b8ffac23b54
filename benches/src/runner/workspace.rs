//! Where things are, and how other programs are started.

use std::{
    env, fs,
    path::{Path, PathBuf, absolute},
    process::{Command, Output},
};

use anyhow::{Context, Result, ensure};

/// Settings of the caller's that would change what is measured, or where it is put.
const FOREIGN_SETTINGS: [&str; 5] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
];

/// The workspace, and a place in its target directory for what is built to be measured.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) scratch: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = benches.parent().context("benches is not in the workspace: build it again from there")?;
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(target) => absolute(target)?,
            None => root.join("target"),
        };
        let scratch = target.join("benches");
        fs::create_dir_all(&scratch).with_context(|| format!("cannot create {}", scratch.display()))?;
        Ok(Self { root: root.to_owned(), scratch })
    }

    pub(crate) fn benches(&self) -> PathBuf {
        self.root.join("benches")
    }

    /// Cargo in the workspace. Nothing is compiled incrementally: a path dependency would be, one from the
    /// registry not.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for name in FOREIGN_SETTINGS {
            cargo.env_remove(name);
        }
        cargo.current_dir(&self.root).env("CARGO_INCREMENTAL", "0").env("CARGO_TERM_COLOR", "never");
        cargo.arg(command).arg("--quiet");
        cargo
    }
}

/// Runs a program to its end.
///
/// # Errors
///
/// If it fails, with all that it said.
pub(crate) fn run(command: &mut Command) -> Result<Output> {
    let output = start(command)?;
    ensure!(output.status.success(), "{}", failure(command, &output));
    Ok(output)
}

/// Runs a program to its end, whatever that is.
pub(crate) fn start(command: &mut Command) -> Result<Output> {
    command.output().with_context(|| format!("cannot start `{}`", shown(command)))
}

/// What a program that failed said.
pub(crate) fn failure(command: &Command, output: &Output) -> String {
    let said =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    format!("`{}` failed, {}:\n{said}", shown(command), output.status)
}

pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    [command.get_program().to_string_lossy()].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_command_and_what_it_said() {
        let error = run(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 4"])).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("`sh -c echo out; echo err >&2; exit 4` failed, exit status: 4:"), "{text}");
        assert!(text.ends_with("out\nerr\n"), "{text}");
    }
}
