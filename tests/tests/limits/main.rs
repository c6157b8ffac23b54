//! Limits together: which of two wins, that no sequence of outcomes exceeds any, and that whoever is dropped gives
//! back what it held. What each does alone is told in `keys`.
#![deny(warnings, clippy::all)]

mod dropped;
mod pairs;
mod panics;
mod properties;
mod script;
