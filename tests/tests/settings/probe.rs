//! The program that is tuned (`tests/src/bin/settings-probe`), each time a new one.

use std::{ffi::OsStr, process::Command};

/// What the program says to `commands`, a line each, in an environment of nothing but `variables`.
pub(crate) fn told<K: AsRef<OsStr>, V: AsRef<OsStr>>(variables: &[(K, V)], commands: &[&str]) -> Vec<String> {
    let mut probe = Command::new(env!("CARGO_BIN_EXE_settings-probe"));
    probe.env_clear().envs(variables.iter().map(|(key, value)| (key, value))).args(commands);
    let output = probe.output().expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{commands:?} in its environment: {errors}");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// The same, in an empty environment.
pub(crate) fn alone(commands: &[&str]) -> Vec<String> {
    told::<&str, &str>(&[], commands)
}

/// What the environment is refused for, a line each.
pub(crate) fn refused<K: AsRef<OsStr>, V: AsRef<OsStr>>(variables: &[(K, V)]) -> Vec<String> {
    let said = told(variables, &["init", "call plain"]);
    let (call, problems) = said.split_last().expect("the call, at least");
    assert!(call.starts_with("3 attempts, "), "a refused environment changes nothing: {call}");
    assert_ne!(problems, ["ok"], "not refused");
    problems.to_vec()
}
