//! Private real servers: a test starts its own, kills it, and starts it again while calls are in flight.
//!
//! ```
//! use retry_tests::servers::Postgres;
//!
//! let postgres = Postgres::start();
//! let url = postgres.url(); // postgres://postgres@127.0.0.1:…/postgres
//! postgres.kill();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| postgres.restart());
//!     // … calls that fail until it is back …
//! });
//! ```
//!
//! A server has its own port on 127.0.0.1, its own directory and its own process group. It runs as the
//! current user, or as its Debian system user when that is root. What it takes it gives back on drop, and
//! also when the test process is killed or ends with a server in a `static`: see `guard.rs`.
//!
//! All calls block, most for milliseconds; [`Server`] says which ones wait for the server.

mod directory;
mod guard;
mod mariadb;
mod postgres;
mod process;
mod program;
mod prometheus;
mod rabbitmq;
mod redis;
mod redis_cluster;
mod sentinel;
mod server;

pub use self::{
    mariadb::MariaDb,
    postgres::Postgres,
    prometheus::{Prometheus, promtool},
    rabbitmq::RabbitMq,
    redis::Redis,
    redis_cluster::RedisCluster,
    sentinel::Sentinel,
    server::Server,
};
