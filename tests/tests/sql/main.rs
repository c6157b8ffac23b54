//! `is_transient_sql` against real servers: what it says of each error that sqlx and tokio-postgres make of their
//! answers and of their absence, and that annotated calls survive the faults that pass.
#![deny(warnings, clippy::all)]

mod collisions;
mod faults;
mod mariadb;
mod postgres;
mod restarts;
mod session;
mod sqlite;
