//! `examples/monitoring`: its rules are tested by `promtool`, and the whole of it by a real Prometheus that watches the
//! real service while its upstream fails.
#![deny(warnings, clippy::all)]

mod api;
mod dashboard;
mod minutes;
mod outage;
mod rules;
mod shop;

use std::path::{Path, PathBuf};

/// A path in `examples/monitoring`.
fn path(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/monitoring")).join(name)
}

/// The text of a file in `examples/monitoring`.
fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
