//! How to reach a Redis.

#[cfg(feature = "idempotency")]
use std::sync::Arc;
use std::{fmt, time::Duration};

use ::redis::{
    ConnectionAddr, ErrorKind, IntoConnectionInfo, RedisError, RedisResult, TlsMode,
    cluster::ClusterClient,
    sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType},
};

#[cfg(feature = "idempotency")]
use tokio::sync::Semaphore;

#[cfg(feature = "idempotency")]
use super::claims::BACKLOG;
#[cfg(feature = "coordinate-redis-tls")]
use super::tls::prepare;
use super::{
    Redis,
    key::Namespace,
    link::Link,
    server::{PATIENCE, Server},
};
#[cfg(feature = "idempotency")]
use crate::coordinate::RESULT_LIMIT;
use crate::coordinate::{self, Coordinator};

/// How to reach a Redis, and what to call the keys in it.
///
/// Nothing of it is shown: an address may hold a password.
#[must_use = "nothing is asked before `connect`"]
pub struct Options {
    namespace: String,
    timeout: Duration,
    #[cfg(feature = "idempotency")]
    lease: Duration,
    #[cfg(feature = "idempotency")]
    result_limit: usize,
    #[cfg(feature = "idempotency")]
    refuses_alone: bool,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("namespace", &self.namespace)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            namespace: "retry".to_owned(),
            timeout: Duration::from_millis(100),
            #[cfg(feature = "idempotency")]
            lease: Duration::from_secs(10),
            #[cfg(feature = "idempotency")]
            result_limit: RESULT_LIMIT,
            #[cfg(feature = "idempotency")]
            refuses_alone: false,
        }
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
/// It connects in the background; a server that is not there is warned of.
///
/// # Errors
/// A URL that is none.
pub fn connect(url: &str) -> Result<Coordinator, ConnectError> {
    Options::default().connect(url)
}

impl Options {
    /// Puts `name` before all keys, instead of `retry`: programs with other names know nothing of each other.
    pub fn namespace(mut self, name: &str) -> Self {
        name.clone_into(&mut self.namespace);
        self
    }

    /// How long a retry waits for an answer, 100 ms unless set, before it goes on alone. A call that asks for its idempotency
    /// key waits ten times as long, for it has more to lose.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// For how long an idempotency key belongs to a call that renews it no more, for its process has died or is paused:
    /// 10 s unless set, at least 100 ms. A call renews its key three times in so long; the clock is that of Redis.
    #[cfg(feature = "idempotency")]
    pub fn lease(mut self, lasts: Duration) -> Self {
        self.lease = lasts.max(Duration::from_millis(100));
        self
    }

    /// How many bytes the result of a function with an `idempotency_key` may have, 1 MiB unless set. Later calls with
    /// the key of a larger one end with an [`IdempotencyConflict`](crate::IdempotencyConflict).
    #[cfg(feature = "idempotency")]
    pub fn result_limit(mut self, bytes: usize) -> Self {
        self.result_limit = bytes;
        self
    }

    /// Ends a call with an `idempotency_key` by an [`IdempotencyConflict`](crate::IdempotencyConflict) while Redis does not
    /// answer. Unless set, it runs: its key then holds in its own process alone.
    #[cfg(feature = "idempotency")]
    pub fn refuse_when_gone(mut self) -> Self {
        self.refuses_alone = true;
        self
    }

    /// As [`connect`].
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect(self, url: &str) -> Result<Coordinator, ConnectError> {
        prepare(&[url]);
        let client = ::redis::Client::open(url).map_err(|error| wrong_address(&error))?;
        let server = Server::one(client, self.timeout);
        self.link(server)
    }

    /// Coordinates by a Redis Cluster, of which some nodes are named.
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect_cluster<'a>(
        self,
        urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Coordinator, ConnectError> {
        let urls: Vec<&str> = urls.into_iter().collect();
        prepare(&urls);
        let builder = ClusterClient::builder(urls)
            .connection_timeout(self.timeout.max(PATIENCE))
            .response_timeout(self.timeout);
        let client = builder.build().map_err(|error| wrong_address(&error))?;
        self.link(Server::cluster(client))
    }

    /// Coordinates by the master that Sentinels know as `master`.
    ///
    /// What the addresses hold of users and passwords is meant for the Sentinels. Where the master wants some, too, or TLS or
    /// another database, the name is written as an address: `redis://user:password@orders/1`, `rediss://orders`.
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect_sentinel<'a>(
        self,
        urls: impl IntoIterator<Item = &'a str>,
        master: &str,
    ) -> Result<Coordinator, ConnectError> {
        let urls: Vec<&str> = urls.into_iter().collect();
        prepare(&urls);
        prepare(&[master]);
        let (name, login) = named(master).map_err(|error| wrong_address(&error))?;
        let client = SentinelClient::build(urls, name, login, SentinelServerType::Master)
            .map_err(|error| wrong_address(&error))?;
        let server = Server::sentinel(client, self.timeout);
        self.link(server)
    }

    fn link(self, server: Server) -> Result<Coordinator, ConnectError> {
        let names = Namespace::new(&self.namespace);
        let link = Link::to(server, self.timeout, names.key("probe", &[]))
            .map_err(|error| ConnectError(format!("no thread for the coordinator: {error}")))?;
        let redis = Redis {
            names,
            link,
            #[cfg(feature = "idempotency")]
            lease: self.lease,
            #[cfg(feature = "idempotency")]
            backlog: Arc::new(Semaphore::new(BACKLOG)),
            #[cfg(feature = "idempotency")]
            refuses_alone: self.refuses_alone,
        };
        Ok(Coordinator {
            #[cfg(feature = "idempotency")]
            result_limit: self.result_limit,
            redis: Some(redis),
            ..coordinate::memory()
        })
    }
}

#[cfg(not(feature = "coordinate-redis-tls"))]
const fn prepare(_: &[&str]) {}

/// The name of a master, and how to log in to it.
fn named(master: &str) -> RedisResult<(String, Option<SentinelNodeConnectionInfo>)> {
    if !master.contains("://") {
        return Ok((master.to_owned(), None));
    }
    let address = master.into_connection_info()?;
    let login =
        SentinelNodeConnectionInfo::default().set_redis_connection_info(address.redis_settings().clone());
    Ok(match address.addr() {
        ConnectionAddr::Tcp(name, _) => (name.clone(), Some(login)),
        ConnectionAddr::TcpTls { host, insecure, .. } => {
            let mode = if *insecure { TlsMode::Insecure } else { TlsMode::Secure };
            (host.clone(), Some(login.set_tls_mode(mode)))
        }
        _ => return Err(RedisError::from((ErrorKind::InvalidClientConfig, "the master has no name"))),
    })
}

/// Says nothing of the address: it may hold a password.
fn wrong_address(error: &RedisError) -> ConnectError {
    ConnectError(format!("the address of Redis is wrong ({}): write redis://host:6379", error.category()))
}
