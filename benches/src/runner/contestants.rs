//! Who takes part: every `[[bin]]` of `benches/Cargo.toml` but the runner, in `contestants`, `limits` or `coordination`. What a
//! contestant cannot do is said by the doc comment at the top of its `main.rs`; what it can is found by asking its
//! program and by the templates in its folder.

use std::path::{Path, PathBuf};

use anyhow::Result;
use toml::Table;

use crate::{
    limit::{self, CLOCK},
    manifest::{Entry, Manifest},
    template::{Form, Template},
    variant::Variant,
    workspace::{self, Workspace},
};

/// The work without retries.
pub(crate) const DIRECT: &str = "direct";
/// What all are compared with.
pub(crate) const HAND_WRITTEN: &str = "hand-written";
/// What an attribute may cost to compile.
pub(crate) const INSTRUMENT: &str = "tracing-instrument";
/// The loop of those whose limits are asked by hand, without any.
const UNLIMITED: &str = "unlimited-loop";
/// Ours, which has to meet the goals.
pub(crate) const OURS: &str = "retry-runtime";
/// The same with each of its limits.
pub(crate) const OURS_WITH_LIMITS: &str = "retry-runtime-limits";
/// The same with its metrics.
pub(crate) const OURS_WITH_METRICS: &str = "retry-runtime-metrics";
/// The same with its settings, which nothing has read.
pub(crate) const OURS_WITH_SETTINGS: &str = "retry-runtime-settings";
/// The same with its settings, which were read.
pub(crate) const OURS_WITH_SETTINGS_READ: &str = "retry-runtime-settings-read";
/// The same with coordination, of which nothing is installed.
pub(crate) const OURS_WITH_COORDINATION: &str = "retry-runtime-coordinate";
/// The same with a Redis that coordinates.
pub(crate) const OURS_WITH_REDIS: &str = "retry-runtime-redis";
/// A client that asks a Redis the same.
pub(crate) const BARE_REDIS: &str = "bare-redis";
/// The same with the features of all clients: it costs a call nothing.
pub(crate) const OURS_WITH_FEATURES: &str = "retry-runtime-features";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discipline {
    Retries,
    /// What the limits cost that many calls share.
    Limits,
    /// What a coordinator is asked.
    Coordination,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Yardstick,
    Ours,
    /// A limit of ours: it is set beside others of ours.
    Limit,
    Peer,
}

pub(crate) fn role(name: &str) -> Role {
    match name {
        DIRECT | HAND_WRITTEN | INSTRUMENT | UNLIMITED | BARE_REDIS | CLOCK => Role::Yardstick,
        _ if name.starts_with(OURS) => Role::Ours,
        _ if limit::of_title(name).is_some() => Role::Limit,
        _ => Role::Peer,
    }
}

pub(crate) struct Contestant {
    /// Also its program's name.
    pub(crate) name: String,
    pub(crate) discipline: Discipline,
    pub(crate) features: Vec<String>,
    /// What its user depends on.
    pub(crate) dependencies: Table,
    /// The same and what every copied function needs.
    pub(crate) dependencies_of_copies: Table,
    /// Its doc comment.
    pub(crate) caveats: String,
    folder: PathBuf,
}

impl Contestant {
    pub(crate) fn all(workspace: &Workspace) -> Result<Vec<Self>> {
        let manifest = Manifest::read(workspace)?;
        let mut frame = Table::new();
        frame.insert("tokio".to_owned(), manifest.dependency("tokio")?);
        let mut work = Table::new();
        work.insert("path".to_owned(), workspace.benches().display().to_string().into());
        work.insert("default-features".to_owned(), false.into());
        frame.insert(env!("CARGO_PKG_NAME").to_owned(), work.into());
        manifest.entries()?.into_iter().map(|entry| Self::read(entry, &manifest, &frame)).collect()
    }

    fn read(entry: Entry, manifest: &Manifest, frame: &Table) -> Result<Self> {
        let dependencies = manifest.dependencies_of(&entry.features)?;
        let mut dependencies_of_copies = frame.clone();
        dependencies_of_copies.extend(dependencies.clone());
        Ok(Self {
            name: entry.name,
            discipline: discipline(&entry.main),
            features: entry.features,
            dependencies,
            dependencies_of_copies,
            caveats: doc_comment(&workspace::read(&entry.main)?),
            folder: entry.main.with_file_name(""),
        })
    }

    /// Whether it is measured what depending on it costs. Nobody depends on the features of all clients, and what
    /// settings read from and what coordinates are features of their own.
    pub(crate) fn is_dependency(&self) -> bool {
        let is_variant = Variant::ALL.map(Variant::contestant).contains(&self.name.as_str());
        self.discipline == Discipline::Retries && !is_variant
    }

    /// The function that is copied, if the contestant has this form.
    pub(crate) fn template(&self, form: Form) -> Result<Option<Template>> {
        let path = self.folder.join(form.file_name());
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(Template::parse(&workspace::read(&path)?)))
    }
}

/// By the folder that a contestant's own lies in.
fn discipline(main: &Path) -> Discipline {
    let folder = main.ancestors().nth(2).and_then(Path::file_name);
    match folder.and_then(|folder| folder.to_str()) {
        Some("limits") => Discipline::Limits,
        Some("coordination") => Discipline::Coordination,
        _ => Discipline::Retries,
    }
}

/// The `//!` lines at the top of a file.
fn doc_comment(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caveats_are_the_doc_comment_at_the_top() {
        assert_eq!(doc_comment("//! One.\n//!\n//! Two.\n\nuse x;\n//! no"), "One.\n\nTwo.");
        assert_eq!(doc_comment("fn main() {}"), "");
    }

    #[test]
    fn whoever_is_neither_yardstick_nor_ours_is_a_peer() {
        assert_eq!(role("retry"), Role::Peer);
        assert_eq!(role("retry-runtime-calls"), Role::Ours);
        assert_eq!(role("tracing-instrument"), Role::Yardstick);
        assert_eq!(role("deadline"), Role::Limit);
    }

    #[test]
    fn the_folder_tells_the_discipline() {
        assert_eq!(discipline(Path::new("/benches/limits/ratio/main.rs")), Discipline::Limits);
        assert_eq!(discipline(Path::new("/benches/coordination/bare/main.rs")), Discipline::Coordination);
        assert_eq!(discipline(Path::new("/limits/benches/contestants/retry/main.rs")), Discipline::Retries);
    }
}
