//! What a coordinator makes of calls: the memory coordinator, which asks no server.
#![deny(warnings, clippy::all)]

mod installed;
mod opted_out;
mod slots_ends;
mod slots_limits;
mod slots_memory;
