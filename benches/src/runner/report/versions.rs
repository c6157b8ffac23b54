//! The versions that figures belong to.

use std::{
    env::consts,
    fmt,
    process::{Command, Output},
};

use anyhow::{Context, Result};

use crate::{
    contestants::Contestant,
    workspace::{Workspace, run},
};

/// Compiler, profiler, platform, and the runtime that all share.
pub(super) fn tools(workspace: &Workspace) -> Result<String> {
    let first_line = |output: Output| {
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned()
    };
    let rustc = first_line(run(Command::new("rustc").arg("--version").current_dir(&workspace.root))?);
    let valgrind = first_line(run(Command::new("valgrind").arg("--version"))?);
    let tree = tree(workspace, &[])?;
    let tokio = find(&tree, "tokio").context("cargo's tree of retry-benches has no tokio")?;
    Ok(format!("{rustc}, {valgrind}, {tokio}, {}-{}.", consts::ARCH, consts::OS))
}

/// What a contestant depends on.
pub(super) struct Versions(Vec<String>);

impl Versions {
    pub(super) fn of(workspace: &Workspace, contestant: &Contestant) -> Result<Self> {
        let tree = tree(workspace, &contestant.features)?;
        Ok(Self(contestant.dependencies.keys().filter_map(|name| find(&tree, name)).collect()))
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0.join(", ")) }
    }
}

/// The packages that `retry-benches` depends on itself, one a line.
fn tree(workspace: &Workspace, features: &[String]) -> Result<String> {
    let mut cargo = workspace.cargo("tree");
    cargo.args(["--locked", "--package", env!("CARGO_PKG_NAME"), "--no-default-features"]);
    cargo.args(["--features", &features.join(","), "--edges", "normal", "--depth", "1"]);
    let output = run(cargo.args(["--prefix", "none", "--format", "{p}"]))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A package with its version, by its name.
fn find(tree: &str, name: &str) -> Option<String> {
    let packages = tree.lines().filter_map(|line| line.split_once(" v"));
    let version =
        packages.filter(|(package, _)| *package == name).find_map(|(_, rest)| rest.split(' ').next())?;
    Some(format!("{name} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_cargos_tree() {
        let tree = "retry-benches v0.1.0 (/work/benches)\nretry v2.2.0\ntokio v1.54.1 (*)\n";
        assert_eq!(find(tree, "retry").as_deref(), Some("retry 2.2.0"));
        assert_eq!(find(tree, "tokio").as_deref(), Some("tokio 1.54.1"));
        assert_eq!(find(tree, "backon"), None);
    }
}
