//! What a contestant adds to the first build of its user.

use std::{collections::BTreeSet, fs};

use anyhow::Result;

use super::cpu;
use crate::{
    contestants::Contestant,
    generated::{Generated, Kind},
    results::Figure,
    statistics::extremes,
    workspace::{Workspace, run},
};

const ROUNDS: usize = 3;

/// One round after the other: what else the machine does in the meantime burdens all of them.
pub(super) fn cpu_seconds(workspace: &Workspace, contestants: &[Contestant]) -> Result<Vec<Figure>> {
    let mut users = Vec::new();
    for contestant in contestants.iter().filter(|contestant| contestant.is_dependency()) {
        let user = user_of(workspace, contestant)?;
        run(&mut user.cargo("fetch"))?;
        users.push((contestant, user, Vec::new()));
    }
    let target = workspace.scratch.join("cold-target");
    for _ in 0..ROUNDS {
        for (_, user, seconds) in &mut users {
            if target.exists() {
                fs::remove_dir_all(&target)?;
            }
            seconds.push(cpu::seconds(user.cargo("build").arg("--target-dir").arg(&target))?);
        }
    }
    let figure = |(contestant, _, seconds): &(&Contestant, _, Vec<f64>)| {
        Figure::spread(&contestant.name, extremes(seconds))
    };
    Ok(users.iter().map(figure).collect())
}

pub(super) fn crates(workspace: &Workspace, contestants: &[Contestant]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for contestant in contestants.iter().filter(|contestant| contestant.is_dependency()) {
        let user = user_of(workspace, contestant)?;
        let mut tree = user.cargo("tree");
        let output = run(tree.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]))?;
        let crates = distinct(&String::from_utf8_lossy(&output.stdout)) - 1;
        figures.push(Figure::exact(&contestant.name, crates as f64));
    }
    Ok(figures)
}

/// A crate that depends on the contestant and does nothing.
fn user_of<'a>(workspace: &'a Workspace, contestant: &Contestant) -> Result<Generated<'a>> {
    let name = format!("user-of-{}", contestant.name);
    Generated::write(workspace, name, &contestant.dependencies, Kind::Library, "")
}

/// Packages of cargo's tree: it marks those that it has shown before.
fn distinct(tree: &str) -> usize {
    let packages = tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty());
    packages.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_once() {
        let tree = "user v0.1.0 (/tmp/user)\nsyn v3.0.9\nquote v1.0.47\nsyn v3.0.9 (*)\nsyn v2.0.1\n\n";
        assert_eq!(distinct(tree), 4);
    }
}
