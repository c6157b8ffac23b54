//! The programs of `examples/`.

use std::{path::PathBuf, process::Command};

/// With the features that `tests/run` builds everything with, so that nothing is built twice.
const SELECTION: [&str; 9] = [
    "-p",
    "retry-runtime",
    "-p",
    "retry-tests",
    "-p",
    "retry-tests-2021",
    "-p",
    "retry-examples",
    "--all-features",
];

/// Builds an example, and says where its program is.
///
/// # Panics
/// When it does not compile.
#[must_use]
pub fn build(example: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked", "--quiet"]).args(SELECTION).args(["--example", example]);
    let status =
        cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).status().expect("cargo starts");
    assert!(status.success(), "{example} is built: {status}");
    // The test's own program is in `deps`, beside `examples`.
    let test = std::env::current_exe().expect("a program that runs");
    test.parent().expect("a directory").with_file_name("examples").join(example)
}
