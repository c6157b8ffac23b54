//! Links that are turned elsewhere.

use std::{fs, os::unix::fs::symlink};

use retry_runtime::settings;

use crate::{Directory, assert_attempts, lines_with, log, wait_for_attempts};

/// Kubernetes has the files of a `ConfigMap` in a directory of their own, `..data` leads there, and each file leads to
/// `..data/<file>`. A change is a new directory and a new `..data`, moved over the old one.
#[test]
fn a_link_that_is_turned_as_kubernetes_does_it_is_followed() {
    let directory = Directory::new();
    let publish = |version: &str, attempts: u32| {
        fs::create_dir(directory.path(version)).unwrap();
        directory.write(&format!("{version}/retry.toml"), attempts);
        symlink(version, directory.path("..data_tmp")).unwrap();
        fs::rename(directory.path("..data_tmp"), directory.path("..data")).unwrap();
    };
    publish("..2026_01", 5);
    symlink("..data/retry.toml", directory.path("retry.toml")).unwrap();
    let _watch = settings::watch(directory.path("retry.toml")).unwrap();
    assert_attempts(5);
    for (old, version, attempts) in
        [("..2026_01", "..2026_02", 6), ("..2026_02", "..2026_03", 7), ("..2026_03", "..2026_04", 8)]
    {
        publish(version, attempts);
        fs::remove_dir_all(directory.path(old)).unwrap();
        wait_for_attempts(attempts);
    }
    assert_eq!(lines_with("WARN"), 0, "{:#?}", log());
}

#[test]
fn what_a_link_leads_to_may_change_elsewhere() {
    let directory = Directory::new();
    for name in ["etc", "releases", "releases/1", "releases/2"] {
        fs::create_dir(directory.path(name)).unwrap();
    }
    directory.write("releases/1/retry.toml", 5);
    directory.write("releases/2/retry.toml", 7);
    symlink("releases/1", directory.path("current")).unwrap();
    symlink("../current/retry.toml", directory.path("etc/retry.toml")).unwrap();
    let _watch = settings::watch(directory.path("etc/retry.toml")).unwrap();
    assert_attempts(5);
    directory.write("releases/1/retry.toml", 6);
    wait_for_attempts(6);
    fs::remove_file(directory.path("current")).unwrap();
    symlink("releases/2", directory.path("current")).unwrap();
    wait_for_attempts(7);
    directory.write("releases/2/retry.toml", 8);
    wait_for_attempts(8);
}
