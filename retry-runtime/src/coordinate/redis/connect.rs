//! How to reach a Redis.

use std::{fmt, time::Duration};

use ::redis::{cluster::ClusterClient, sentinel::SentinelClient};

use super::{Redis, key::Namespace, link::Link, server::Server};
use crate::coordinate::{Coordinator, memory::Memory};

/// How to reach a Redis, and what to call the keys in it.
///
/// Nothing of it is shown: an address may hold a password.
#[must_use = "nothing is asked before `connect`"]
pub struct Options {
    namespace: String,
    timeout: Duration,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("namespace", &self.namespace).field("timeout", &self.timeout).finish()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { namespace: "retry".to_owned(), timeout: Duration::from_millis(100) }
    }
}

/// A Redis that could not be set up: its address is wrong, or the system has no thread left. (One that does not answer is
/// no error: it may yet.)
#[derive(Debug)]
pub struct ConnectError(String);

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConnectError {}

/// Coordinates by the Redis at `url`: `redis://user:password@host:6379/0`, `rediss://` for TLS (feature
/// `coordinate-redis-tls`).
///
/// # Errors
/// A URL that is none. Whether the server answers shows when it is asked.
pub fn connect(url: &str) -> Result<Coordinator, ConnectError> {
    Options::default().connect(url)
}

impl Options {
    /// Puts `name` before all keys, instead of `retry`: programs with other names know nothing of each other.
    pub fn namespace(mut self, name: &str) -> Self {
        name.clone_into(&mut self.namespace);
        self
    }

    /// How long a retry waits for an answer, 100 ms unless set, before it goes on alone.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// As [`connect`].
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect(self, url: &str) -> Result<Coordinator, ConnectError> {
        let client = ::redis::Client::open(url).map_err(|error| wrong_address(&error))?;
        let limit = self.timeout;
        self.link(move || Server::one(client, limit))
    }

    /// Coordinates by a Redis Cluster, of which some nodes are named.
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect_cluster<'a>(
        self,
        urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Coordinator, ConnectError> {
        let builder =
            ClusterClient::builder(urls).connection_timeout(self.timeout).response_timeout(self.timeout);
        let client = builder.build().map_err(|error| wrong_address(&error))?;
        self.link(|| Ok(Server::cluster(client)))
    }

    /// Coordinates by the master that Sentinels know as `master`.
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect_sentinel<'a>(
        self,
        urls: impl IntoIterator<Item = &'a str>,
        master: &str,
    ) -> Result<Coordinator, ConnectError> {
        let urls: Vec<&str> = urls.into_iter().collect();
        let kind = ::redis::sentinel::SentinelServerType::Master;
        let client = SentinelClient::build(urls, master.to_owned(), None, kind)
            .map_err(|error| wrong_address(&error))?;
        self.link(|| Ok(Server::sentinel(client)))
    }

    fn link(
        self,
        server: impl FnOnce() -> ::redis::RedisResult<Server> + Send + 'static,
    ) -> Result<Coordinator, ConnectError> {
        let names = Namespace::new(&self.namespace);
        let link = Link::to(server, self.timeout)
            .map_err(|error| ConnectError(format!("no thread for the coordinator: {error}")))?;
        Ok(Coordinator { memory: Memory::default(), redis: Some(Redis { names, link }) })
    }
}

/// Says nothing of the address: it may hold a password.
fn wrong_address(error: &::redis::RedisError) -> ConnectError {
    ConnectError(format!("the address of Redis is wrong ({}): write redis://host:6379", error.category()))
}
