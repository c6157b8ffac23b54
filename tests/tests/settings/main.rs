//! Settings work: programs with an environment of their own are asked what they make of it, and what their calls do.
#![deny(warnings, clippy::all)]

mod hammer;
mod kept;
mod layers;
mod log;
mod names;
mod probe;
mod problems;
mod report;
mod right_values;
mod run_time;
mod start_up;
mod time_keys;
mod together;
mod wrong_values;
