//! The files of edition 2024, compiled as edition 2021.

// The dependency is renamed here; see `renamed.rs`.
extern crate resilience as retry_runtime;

#[path = "../../tests/shapes_async/main.rs"]
mod shapes_async;
#[path = "../../tests/shapes_blocking.rs"]
mod shapes_blocking;
