//! Every way in which a file is changed.

use std::{
    fs::{self, File},
    io::Write,
    panic,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{Directory, assert_attempts, lines_with, log, text, wait_for_attempts, wait_until};

#[test]
fn a_file_that_is_rewritten_in_place_is_read_again() {
    let directory = Directory::new();
    let (path, _watch) = directory.watched("retry.toml", 5);
    for attempts in [6, 7, 8] {
        fs::write(&path, text(attempts)).unwrap();
        wait_for_attempts(attempts);
    }
}

#[test]
fn a_file_that_another_is_moved_over_is_read_again() {
    let directory = Directory::new();
    let (_, _watch) = directory.watched("retry.toml", 5);
    for attempts in [6, 7, 8] {
        directory.write("retry.toml", attempts);
        wait_for_attempts(attempts);
    }
}

#[test]
fn a_file_that_is_cut_to_nothing_and_then_written_is_never_taken_for_one_that_sets_nothing() {
    let directory = Directory::new();
    let (path, _watch) = directory.watched("retry.toml", 5);
    let mut file = File::create(&path).unwrap();
    wait_until("a warning of the empty file", || lines_with("has no `retry_policies`") > 0);
    assert_attempts(5);
    // Not whole yet: `[retry_policies.worker]` alone would be right.
    file.write_all(b"[retry_policies.worker]\nmax_attempts = ").unwrap();
    file.flush().unwrap();
    wait_until("a warning of half a file", || lines_with("no valid TOML: line 2") > 0);
    assert_attempts(5);
    file.write_all(b"6\n").unwrap();
    drop(file);
    wait_for_attempts(6);
}

#[test]
fn a_file_that_is_deleted_leaves_the_policies_and_is_read_when_it_is_back() {
    let directory = Directory::new();
    let (path, _watch) = directory.watched("retry.toml", 5);
    fs::remove_file(&path).unwrap();
    wait_until("a warning", || lines_with("there is no such file") > 0);
    assert_attempts(5);
    directory.write("retry.toml", 6);
    wait_for_attempts(6);
    assert_eq!(lines_with("WARN"), 1, "{:#?}", log());
}

#[test]
fn a_directory_that_is_replaced_is_followed() {
    let directory = Directory::new();
    fs::create_dir(directory.path("etc")).unwrap();
    let (_, _watch) = directory.watched("etc/retry.toml", 5);
    fs::rename(directory.path("etc"), directory.path("etc.old")).unwrap();
    wait_until("a warning", || lines_with("there is no such file") > 0);
    fs::create_dir(directory.path("etc")).unwrap();
    directory.write("etc/retry.toml", 6);
    wait_for_attempts(6);
    // The new one is watched too.
    directory.write("etc/retry.toml", 7);
    wait_for_attempts(7);
    fs::remove_dir_all(directory.path("etc")).unwrap();
    fs::create_dir(directory.path("etc")).unwrap();
    directory.write("etc/retry.toml", 8);
    wait_for_attempts(8);
}

#[test]
fn a_directory_where_something_happens_all_the_time_does_not_hide_a_change() {
    let directory = Directory::new();
    let (_, _watch) = directory.watched("retry.toml", 5);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                fs::write(directory.path("service.log"), "busy").unwrap();
                thread::yield_now();
            }
        });
        directory.write("retry.toml", 6);
        let seen = panic::catch_unwind(|| wait_for_attempts(6));
        is_done.store(true, Ordering::Relaxed);
        assert!(seen.is_ok());
    });
}

/// The system tells of this to nobody who watches the file's own directory: it is looked at now and then.
#[test]
fn another_directory_takes_the_place_of_one_further_up() {
    let directory = Directory::new();
    for place in ["app/etc", "new/etc"] {
        fs::create_dir_all(directory.path(place)).unwrap();
    }
    let (_, _watch) = directory.watched("app/etc/retry.toml", 5);
    directory.write("new/etc/retry.toml", 6);
    fs::rename(directory.path("app"), directory.path("old")).unwrap();
    fs::rename(directory.path("new"), directory.path("app")).unwrap();
    wait_for_attempts(6);
    directory.write("app/etc/retry.toml", 7);
    wait_for_attempts(7);
}
