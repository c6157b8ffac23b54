#![deny(warnings, clippy::all)]
//! placeholder
