//! How watching begins and ends, and what is read with a file.

use std::{env, fs, process::Command, time::Duration};

use retry_runtime::settings;

use crate::{Directory, assert_attempts, lines_with, log, text, wait_for_attempts, wait_until};

#[test]
fn a_watch_that_is_dropped_watches_no_more() {
    let directory = Directory::new();
    let (_, watch) = directory.watched("retry.toml", 5);
    directory.put("marker.toml", "retry_policies = {}");
    let _marker = settings::watch(directory.path("marker.toml")).unwrap();
    drop(watch);
    // Each watcher warns of what it reads and may not take: the one that is left does, the other would too.
    for turn in 1..=3 {
        directory.put("marker.toml", &format!("retry_policies = {turn}"));
        wait_until("the marker", || lines_with(&format!("retry_policies = {turn}:")) > 0);
        directory.write("retry.toml", 5 + turn);
    }
    assert_eq!(lines_with("WARN"), 3, "{:#?}", log());
    assert_attempts(5);
    // What it read is a source still.
    directory.put("marker.toml", "retry_policies = {}");
    settings::reload().unwrap();
    assert_attempts(8);
}

/// Runs a test in a process of its own, for what it leaves behind or must find untouched: `false` in that process.
pub(crate) fn in_child(test: &str, environment: &[(&str, &str)]) -> bool {
    const CHILD: &str = "SETTINGS_WATCH_CHILD";
    if env::var_os(CHILD).is_some() {
        return false;
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).env(CHILD, "").envs(environment.iter().copied());
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

#[test]
fn a_watch_may_go_on_for_ever() {
    if in_child("watches::a_watch_may_go_on_for_ever", &[]) {
        return;
    }
    let directory = Directory::new();
    let (_, watch) = directory.watched("retry.toml", 5);
    watch.forever();
    directory.write("retry.toml", 6);
    wait_for_attempts(6);
}

#[test]
fn where_nothing_was_read_before_the_environment_is_read_too() {
    let test = "watches::where_nothing_was_read_before_the_environment_is_read_too";
    if in_child(test, &[("RETRY__API_MAX_ATTEMPTS", "9"), ("RETRY__WORKER_MAX_DELAY", "30")]) {
        return;
    }
    let directory = Directory::unread();
    let (_, _watch) = directory.watched("retry.toml", 5);
    assert_eq!(settings::policy("api").unwrap().max_attempts(), Some(9));
    // It is above the file, at every reading.
    directory.put("retry.toml", "[retry_policies]\nworker = {max_delay = 20, max_attempts = 6}\n");
    wait_for_attempts(6);
    assert_eq!(settings::policy("worker").unwrap().max_delay(), Duration::from_secs(30));
}

#[test]
fn a_file_that_is_wrong_from_the_start_is_not_watched() {
    let directory = Directory::new();
    let error = settings::watch(directory.path("retry.toml")).unwrap_err();
    assert_eq!(directory.plain(&error), "retry.toml: there is no such file");
    fs::write(directory.path("retry.toml"), "[retry_policies.worker]\nmax_attempts = 0\n").unwrap();
    let error = settings::watch(directory.path("retry.toml")).unwrap_err();
    assert!(
        directory.plain(&error).starts_with("retry.toml: retry_policies.worker.max_attempts = 0: "),
        "{error}"
    );
    // It is none of the sources either.
    settings::reload().unwrap();
    let error = settings::watch("").unwrap_err();
    assert!(error.to_string().starts_with(": cannot be watched: "), "{error}");
}

#[test]
fn a_file_joins_the_sources_that_there_are() {
    let directory = Directory::new();
    let base = directory.write("base.toml", 5);
    let sources = || settings::Sources::new().without_environment().file(&base);
    sources().init().unwrap();
    let (_, watch) = directory.watched("retry.toml", 6);
    let both = "[retry_policies.worker]\nmax_attempts = 7\n[retry_policies.api]\nmax_attempts = 8\n";
    directory.put("base.toml", both);
    directory.write("retry.toml", 9);
    wait_for_attempts(9);
    assert_eq!(settings::policy("api").unwrap().max_attempts(), Some(8));
    drop(watch);

    // One that is among them stays where it is, and what may be missing may be deleted.
    let optional = directory.put("optional.toml", "[retry_policies.api]\nmax_attempts = 6\n");
    let top = directory.write("top.toml", 4);
    sources().optional_file(&optional).file(&top).init().unwrap();
    let _watch = settings::watch(&optional).unwrap();
    assert_attempts(4);
    directory.put("optional.toml", &format!("{}[retry_policies.api]\nmax_attempts = 7\n", text(2)));
    wait_until("the change", || settings::policy("api").unwrap().max_attempts() == Some(7));
    assert_attempts(4);
    fs::remove_file(&optional).unwrap();
    wait_until("the deletion", || settings::policy("api").unwrap().max_attempts() == Some(8));
    assert_eq!(lines_with("WARN"), 0, "{:#?}", log());
}

#[test]
fn several_files_are_watched_at_once() {
    let directory = Directory::new();
    let (_, _one) = directory.watched("one.toml", 5);
    let (_, two) = directory.watched("two.toml", 6);
    directory.write("two.toml", 7);
    wait_for_attempts(7);
    directory.put("one.toml", "[retry_policies.api]\nmax_attempts = 9\n");
    wait_until("the other file", || settings::policy("api").unwrap().max_attempts() == Some(9));
    assert_attempts(7);
    drop(two);
}

#[test]
fn what_was_wrong_elsewhere_is_tried_again_when_anything_happens() {
    let directory = Directory::new();
    for name in ["base", "site"] {
        fs::create_dir(directory.path(name)).unwrap();
    }
    // Not watched.
    let base = directory.put("base/retry.toml", "retry_policies = {}");
    settings::Sources::new().without_environment().file(base).init().unwrap();
    let (_, _watch) = directory.watched("site/retry.toml", 5);
    directory.put("base/retry.toml", "retry_policies = 7");
    directory.write("site/retry.toml", 6);
    wait_until("a warning", || lines_with("base/retry.toml: retry_policies = 7") > 0);
    assert_attempts(5);
    directory.put("base/retry.toml", "retry_policies = {}");
    directory.put("site/another.toml", "");
    wait_for_attempts(6);
}

#[test]
fn a_relative_path_is_where_it_was_wherever_the_program_goes() {
    if in_child("watches::a_relative_path_is_where_it_was_wherever_the_program_goes", &[]) {
        return;
    }
    let directory = Directory::unread();
    directory.write("retry.toml", 5);
    env::set_current_dir(directory.path("")).unwrap();
    let _watch = settings::watch("retry.toml").unwrap();
    env::set_current_dir("/").unwrap();
    directory.write("retry.toml", 6);
    wait_for_attempts(6);
    settings::reload().unwrap();
}

#[test]
fn a_file_that_is_wrong_at_first_may_be_watched_until_it_is_right() {
    let directory = Directory::new();
    directory.put("wrong.toml", "[retry_policies.worker]\nmax_attempts = 0");
    assert!(settings::watch(directory.path("wrong.toml")).is_err());
    let _watch = settings::watch_or_warn(directory.path("wrong.toml")).unwrap();
    assert!(lines_with("max_attempts = 0: `max_attempts` counts the first call") > 0, "{:#?}", log());
    directory.write("wrong.toml", 6);
    wait_for_attempts(6);
}
