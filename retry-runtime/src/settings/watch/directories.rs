//! Where a file may be changed: its directory, and that of each symbolic link on the way to it.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

/// More links than that are a circle; systems give up there too.
const MOST_LINKS: u32 = 40;

/// The directories in which a change can make the absolute `path` another file. Of a file that is not there: the last
/// directory on the way to it.
pub(super) fn directories(path: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut links = 0;
    // The way that was gone, without links, and the one that remains.
    let mut here = PathBuf::new();
    let mut rest = path.to_owned();
    loop {
        let mut components = rest.components();
        let Some(next) = components.next() else { break };
        let after = components.as_path().to_owned();
        let name = match next {
            Component::CurDir => {
                rest = after;
                continue;
            }
            Component::ParentDir => {
                here.pop();
                rest = after;
                continue;
            }
            Component::Prefix(_) | Component::RootDir => {
                here.push(next);
                rest = after;
                continue;
            }
            Component::Normal(name) => here.join(name),
        };
        match name.read_link() {
            Ok(target) if links < MOST_LINKS => {
                links += 1;
                found.insert(here.clone());
                rest = target.join(after);
            }
            _ if name.is_dir() => {
                here = name;
                rest = after;
            }
            _ => break,
        }
    }
    found.insert(here);
    found
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    /// A directory of its own, without links on the way to it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("retry-directories-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path.canonicalize().unwrap())
        }

        fn directories(&self, path: &str) -> Vec<String> {
            let relative = |found: PathBuf| match found.strip_prefix(&self.0) {
                Ok(relative) => relative.display().to_string(),
                Err(_) => found.display().to_string(),
            };
            directories(&self.0.join(path)).into_iter().map(relative).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_changed_in_its_directory() {
        let scratch = Scratch::new("plain");
        fs::create_dir(scratch.0.join("etc")).unwrap();
        fs::write(scratch.0.join("etc/retry.toml"), "").unwrap();
        assert_eq!(scratch.directories("etc/retry.toml"), ["etc"]);
        assert_eq!(scratch.directories("etc/../etc/./retry.toml"), ["etc"]);
    }

    #[test]
    fn a_file_that_is_missing_appears_in_the_last_directory_on_the_way() {
        let scratch = Scratch::new("missing");
        fs::create_dir(scratch.0.join("etc")).unwrap();
        assert_eq!(scratch.directories("etc/retry.toml"), ["etc"]);
        assert_eq!(scratch.directories("etc/a/b/retry.toml"), ["etc"]);
    }

    #[test]
    fn every_link_on_the_way_may_be_turned() {
        let scratch = Scratch::new("links");
        for directory in ["config/..2024", "releases/1"] {
            fs::create_dir_all(scratch.0.join(directory)).unwrap();
        }
        fs::write(scratch.0.join("config/..2024/retry.yaml"), "").unwrap();
        symlink("..2024", scratch.0.join("config/..data")).unwrap();
        symlink("..data/retry.yaml", scratch.0.join("config/retry.yaml")).unwrap();
        assert_eq!(scratch.directories("config/retry.yaml"), ["config", "config/..2024"]);

        fs::write(scratch.0.join("releases/1/retry.toml"), "").unwrap();
        symlink(scratch.0.join("releases/1"), scratch.0.join("current")).unwrap();
        assert_eq!(scratch.directories("current/retry.toml"), ["", "releases/1"]);
    }

    #[test]
    fn links_in_a_circle_have_an_end() {
        let scratch = Scratch::new("circle");
        symlink("b", scratch.0.join("a")).unwrap();
        symlink("a", scratch.0.join("b")).unwrap();
        assert_eq!(scratch.directories("a"), [""]);
    }
}
