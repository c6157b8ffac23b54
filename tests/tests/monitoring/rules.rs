//! The rules by themselves, with the time series of `prometheus/tests/`.

use std::{fs, io, path::Path, process::Command};

use retry_tests::servers::promtool;

use crate::{path, read};

/// What it printed; an error if it found one.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().expect("promtool starts");
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(printed) } else { Err(printed) }
}

/// The names of the tests of rules.
fn tests() -> Vec<String> {
    let entries = fs::read_dir(path("prometheus/tests")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Runs the tests in a directory as it is laid out in `prometheus/`.
fn test_rules(directory: &Path) -> Result<String, String> {
    run(promtool().args(["test", "rules"]).args(tests()).current_dir(directory.join("tests")))
}

#[test]
fn the_configuration_and_its_rules_are_valid() {
    let directory = path("prometheus");
    let printed =
        run(promtool().args(["check", "config", "prometheus.yml"]).current_dir(&directory)).unwrap();
    assert!(printed.contains("2 rule files found"), "{printed}");
    run(promtool().args(["check", "rules", "recording.yml", "alerts.yml"]).current_dir(&directory)).unwrap();
}

#[test]
fn the_rules_do_what_their_tests_say() {
    let printed = test_rules(&path("prometheus")).unwrap();
    assert_eq!(printed.matches("SUCCESS").count(), tests().len(), "{printed}");
}

/// A copy of the rules and their tests, to be spoilt.
struct Copy(tempdir::Directory);

/// A directory that goes when it is dropped.
mod tempdir {
    use std::{
        env, fs,
        path::{Path, PathBuf},
        process,
    };

    pub(super) struct Directory(PathBuf);

    impl Directory {
        pub(super) fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("retry-tests-{name}-{}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        pub(super) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

impl Copy {
    fn new() -> io::Result<Self> {
        let directory = tempdir::Directory::new("rules");
        fs::create_dir_all(directory.path().join("tests"))?;
        let files = ["recording.yml".to_owned(), "alerts.yml".to_owned()].into_iter();
        for name in files.chain(tests().into_iter().map(|name| format!("tests/{name}"))) {
            fs::copy(path("prometheus").join(&name), directory.path().join(&name))?;
        }
        Ok(Self(directory))
    }

    /// Whether the tests notice when line number `line` of the file becomes `spoilt`.
    fn notices(&self, file: &str, line: usize, spoilt: &str) -> bool {
        let text = read(&format!("prometheus/{file}"));
        let mut lines: Vec<_> = text.lines().collect();
        lines[line] = spoilt;
        fs::write(self.0.path().join(file), lines.join("\n")).unwrap();
        let result = test_rules(self.0.path());
        fs::write(self.0.path().join(file), text).unwrap();
        // It must be the tests that fail: a rule that is no rule any more says nothing.
        result.is_err_and(|printed| printed.contains("got:"))
    }
}

#[test]
fn a_rule_that_is_changed_fails_its_tests() {
    let copy = Copy::new().unwrap();
    test_rules(copy.0.path()).unwrap();
    let mut changes = 0;
    for file in ["recording.yml", "alerts.yml"] {
        let text = read(&format!("prometheus/{file}"));
        for (number, line) in text.lines().enumerate() {
            let spoilt = match line.trim_start().split_once(": ") {
                // An alert that never fires, a value that is twice what it was.
                Some(("expr", _)) if file == "alerts.yml" => "        expr: vector(0) > 1".to_owned(),
                Some(("expr", expr)) => format!("        expr: 2 * ({expr}) + 1"),
                Some(("for", _)) => "        for: 0m".to_owned(),
                _ => continue,
            };
            assert!(
                copy.notices(file, number, &spoilt),
                "no test notices that {line:?} of {file} is changed"
            );
            changes += 1;
        }
    }
    assert!(changes >= 15, "{changes} rules were changed");
}

#[test]
fn every_alert_has_cases_in_which_it_stays_silent() {
    let tests: String = tests().iter().map(|name| read(&format!("prometheus/tests/{name}"))).collect();
    let alerts = read("prometheus/alerts.yml");
    let names: Vec<_> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert_eq!(names.len(), 4);
    for name in names {
        let silent = format!("alertname: {name}\n        exp_alerts: []\n");
        assert!(tests.matches(&silent).count() >= 3, "{name}");
    }
}
