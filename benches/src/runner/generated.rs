//! Crates that are written to be compiled. They live outside the workspace, as a user's crate does, and take
//! their versions from the workspace's lock file.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result};
use toml::{Table, toml};

use crate::workspace::{self, Workspace};

pub(crate) struct Generated<'a> {
    pub(crate) name: String,
    workspace: &'a Workspace,
    directory: PathBuf,
    source: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Library,
    Program,
}

impl<'a> Generated<'a> {
    pub(crate) fn write(
        workspace: &'a Workspace,
        name: String,
        dependencies: &Table,
        kind: Kind,
        source: &str,
    ) -> Result<Self> {
        let directory = workspace.scratch.join("crates").join(&name);
        let file = match kind {
            Kind::Library => directory.join("src/lib.rs"),
            Kind::Program => directory.join("src/main.rs"),
        };
        workspace::write(&file, source)?;
        workspace::write(&directory.join("Cargo.toml"), &manifest(&name, dependencies).to_string())?;
        let lock = workspace.root.join("Cargo.lock");
        fs::copy(&lock, directory.join("Cargo.lock"))
            .with_context(|| format!("cannot copy {}: run cargo in the workspace first", lock.display()))?;
        Ok(Self { name, workspace, directory, source: file })
    }

    /// Cargo in this crate.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = self.workspace.cargo(command);
        cargo.current_dir(&self.directory);
        cargo
    }

    /// Cargo in this crate, with a target directory that all generated crates share: their dependencies are
    /// compiled once.
    pub(crate) fn cargo_in_shared_target(&self, command: &str) -> Command {
        let mut cargo = self.cargo(command);
        cargo.arg("--target-dir").arg(self.shared_target());
        cargo
    }

    /// The program that a release build left behind.
    pub(crate) fn program(&self) -> PathBuf {
        self.shared_target().join("release").join(&self.name)
    }

    /// Makes cargo compile the crate again, though nothing has changed.
    pub(crate) fn touch(&self) -> Result<()> {
        let touch = |path: &Path| File::options().append(true).open(path)?.set_modified(SystemTime::now());
        touch(&self.source).with_context(|| format!("cannot touch {}", self.source.display()))
    }

    fn shared_target(&self) -> PathBuf {
        self.workspace.scratch.join("crates-target")
    }
}

/// Fat link-time optimization as in the profile `fat`, which is the workspace's own.
fn manifest(name: &str, dependencies: &Table) -> Table {
    let mut manifest = toml! {
        [package]
        version = "0.1.0"
        edition = "2024"

        [workspace]

        [profile.release]
        lto = "fat"
        codegen-units = 1
    };
    if let Some(package) = manifest.get_mut("package").and_then(toml::Value::as_table_mut) {
        package.insert("name".to_owned(), name.into());
    }
    manifest.insert("dependencies".to_owned(), dependencies.clone().into());
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_stands_outside_the_workspace_and_names_what_it_needs() {
        let dependencies = toml! { tokio = { version = "1", features = ["rt"] } };
        let text = manifest("copies", &dependencies).to_string();
        let read: Table = text.parse().unwrap();
        assert_eq!(read["package"]["name"].as_str(), Some("copies"));
        assert_eq!(read["workspace"].as_table(), Some(&Table::new()));
        assert_eq!(read["dependencies"].as_table(), Some(&dependencies));
        assert_eq!(read["profile"]["release"]["lto"].as_str(), Some("fat"));
    }
}
