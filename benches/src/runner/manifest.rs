//! `benches/Cargo.toml`, read for its contestants and for what each depends on. A generated crate gets the
//! same dependencies, at the same versions.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use crate::workspace::{self, Workspace};

pub(crate) struct Manifest {
    benches: Table,
    workspace: Table,
    root: PathBuf,
}

/// A `[[bin]]` of a contestant.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) features: Vec<String>,
    pub(crate) main: PathBuf,
}

impl Manifest {
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let benches = workspace::read(&workspace.benches().join("Cargo.toml"))?;
        let root = workspace::read(&workspace.root.join("Cargo.toml"))?;
        Self::parse(&benches, &root, &workspace.root)
    }

    fn parse(benches: &str, workspace: &str, root: &Path) -> Result<Self> {
        let benches = benches.parse().context("benches/Cargo.toml is not TOML")?;
        let workspace = workspace.parse().context("the workspace's Cargo.toml is not TOML")?;
        Ok(Self { benches, workspace, root: root.to_owned() })
    }

    /// The programs, without the runner.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>> {
        let bins =
            self.benches.get("bin").and_then(Value::as_array).context("benches/Cargo.toml has no [[bin]]")?;
        bins.iter()
            .filter(|bin| bin.get("name").and_then(Value::as_str) != Some(env!("CARGO_BIN_NAME")))
            .map(|bin| self.entry(bin))
            .collect()
    }

    fn entry(&self, bin: &Value) -> Result<Entry> {
        let text = |key| bin.get(key).and_then(Value::as_str);
        let name = text("name").context("a [[bin]] of benches/Cargo.toml has no name")?;
        let path =
            text("path").with_context(|| format!("[[bin]] {name} of benches/Cargo.toml has no path"))?;
        let features = bin.get("required-features").map(strings).unwrap_or_default();
        Ok(Entry { name: name.to_owned(), features, main: self.root.join("benches").join(path) })
    }

    /// What the features turn on.
    pub(crate) fn dependencies_of(&self, features: &[String]) -> Result<Table> {
        let mut found = Table::new();
        for feature in features {
            let parts = self.benches.get("features").and_then(|features| features.get(feature));
            let parts = parts.with_context(|| format!("benches/Cargo.toml has no feature `{feature}`"))?;
            for part in strings(parts) {
                if let Some((name, _)) = part.split_once('/') {
                    // Its features are no matter of the crates that are generated: see `is_dependency`.
                    found.entry(name).or_insert(self.dependency(name)?);
                    continue;
                }
                let Some(name) = part.strip_prefix("dep:") else {
                    bail!(
                        "feature `{feature}` of benches/Cargo.toml turns on `{part}`: the runner knows `dep:name` \
                         and `name/feature` only"
                    );
                };
                found.insert(name.to_owned(), self.dependency(name)?);
            }
        }
        Ok(found)
    }

    /// A dependency's line as a crate outside the workspace writes it.
    pub(crate) fn dependency(&self, name: &str) -> Result<Value> {
        let line = self.benches.get("dependencies").and_then(|all| all.get(name));
        let line = line.with_context(|| format!("benches/Cargo.toml has no dependency `{name}`"))?;
        let mut own = detailed(line, &self.root.join("benches"));
        own.remove("optional");
        if own.remove("workspace").is_none() {
            return Ok(Value::Table(own));
        }
        let inherited = self.workspace.get("workspace").and_then(|all| all.get("dependencies")?.get(name));
        let inherited = inherited.with_context(|| format!("the workspace has no dependency `{name}`"))?;
        let mut merged = detailed(inherited, &self.root);
        let features = [&merged, &own].into_iter().filter_map(|line| line.get("features")).flat_map(strings);
        let features: Vec<Value> = features.map(Value::String).collect();
        merged.extend(own);
        if !features.is_empty() {
            merged.insert("features".to_owned(), Value::Array(features));
        }
        Ok(Value::Table(merged))
    }
}

/// The long form of a dependency's line, its path absolute.
fn detailed(line: &Value, folder: &Path) -> Table {
    let mut table = match line {
        Value::Table(table) => table.clone(),
        version => Table::from_iter([("version".to_owned(), version.clone())]),
    };
    if let Some(Value::String(path)) = table.get_mut("path") {
        *path = folder.join(&path).display().to_string();
    }
    table
}

fn strings(array: &Value) -> Vec<String> {
    array.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"
        [workspace.dependencies]
        ours = { path = "ours", version = "0.1.0" }
        plain = "1.2"
        tokio = { version = "1.54", default-features = false, features = ["rt"] }
    "#;
    const BENCHES: &str = r#"
        [features]
        ours = ["dep:ours"]
        both = ["dep:peer", "dep:plain"]
        nested = ["both"]
        [dependencies]
        ours = { workspace = true, optional = true }
        peer = { version = "2", optional = true, features = ["jitter"] }
        plain = { workspace = true, optional = true }
        near = { path = "near" }
        tokio = { workspace = true, features = ["time"] }
        [[bin]]
        name = "retry-benches"
        path = "src/runner/main.rs"
        [[bin]]
        name = "ours"
        path = "contestants/ours/main.rs"
        required-features = ["ours"]
    "#;

    fn manifest() -> Manifest {
        Manifest::parse(BENCHES, WORKSPACE, Path::new("/root")).unwrap()
    }

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    #[test]
    fn the_contestants_are_the_programs_other_than_the_runner() {
        let ours = Entry {
            name: "ours".to_owned(),
            features: vec!["ours".to_owned()],
            main: PathBuf::from("/root/benches/contestants/ours/main.rs"),
        };
        assert_eq!(manifest().entries().unwrap(), [ours]);
    }

    #[test]
    fn a_feature_names_its_dependencies() {
        let found = manifest().dependencies_of(&["both".to_owned()]).unwrap();
        assert_eq!(
            found,
            table("peer = { version = '2', features = ['jitter'] }\nplain = { version = '1.2' }")
        );
    }

    #[test]
    fn what_the_workspace_says_is_inherited() {
        let tokio = manifest().dependency("tokio").unwrap();
        let expected =
            table("line = { version = '1.54', default-features = false, features = ['rt', 'time'] }");
        assert_eq!(Some(&tokio), expected.get("line"));
    }

    #[test]
    fn paths_become_absolute() {
        let path = |name| manifest().dependency(name).unwrap()["path"].as_str().map(str::to_owned);
        assert_eq!(path("ours").as_deref(), Some("/root/ours"));
        assert_eq!(path("near").as_deref(), Some("/root/benches/near"));
    }

    #[test]
    fn what_the_runner_cannot_follow_is_refused() {
        let error =
            |feature: &str| manifest().dependencies_of(&[feature.to_owned()]).unwrap_err().to_string();
        assert!(error("nested").contains("turns on `both`"));
        assert!(error("absent").contains("no feature `absent`"));
    }
}
