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
    link::{Link, PATIENT},
    server::{PATIENCE, Server},
};
#[cfg(feature = "idempotency")]
use crate::coordinate::RESULT_LIMIT;
use crate::coordinate::{self, Coordinator};

/// How to reach a Redis, and what to call the keys in it.
///
/// ```
/// use std::time::Duration;
/// use retry_runtime::coordinate::redis;
///
/// # fn main() -> Result<(), redis::ConnectError> {
/// let orders = redis::Options::default().namespace("orders").timeout(Duration::from_millis(50));
/// orders.connect("redis://127.0.0.1:6379/")?.install();
/// # retry_runtime::coordinate::uninstall();
/// # Ok(())
/// # }
/// ```
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
    /// 10 s unless set, 100 ms to an hour. A call renews its key three times in so long; the clock is that of Redis.
    #[cfg(feature = "idempotency")]
    pub fn lease(mut self, lasts: Duration) -> Self {
        self.lease = lasts.clamp(Duration::from_millis(100), Duration::from_secs(3600));
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
        let client = ::redis::Client::open(url).map_err(|_| wrong_address(&[url]))?;
        let server = Server::one(client, self.patience());
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
        let addresses = urls.clone();
        let builder = ClusterClient::builder(urls)
            .connection_timeout(self.timeout.max(PATIENCE))
            .response_timeout(self.patience());
        let client = builder.build().map_err(|_| wrong_address(&addresses))?;
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
        let (name, login) = named(master).map_err(|_| wrong_address(&[master]))?;
        let client = SentinelClient::build(urls.clone(), name, login, SentinelServerType::Master)
            .map_err(|_| wrong_address(&urls))?;
        let server = Server::sentinel(client, self.patience());
        self.link(server)
    }

    /// For how long the most patient one waits; others leave before.
    fn patience(&self) -> Duration {
        self.timeout.saturating_mul(PATIENT)
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

/// What is wrong with an address. None is shown: it may hold a password.
fn wrong_address(addresses: &[&str]) -> ConnectError {
    let has_scheme =
        |address: &&str, schemes: &[&str]| schemes.iter().any(|scheme| address.starts_with(scheme));
    let is_encrypted = addresses.iter().any(|address| has_scheme(address, &["rediss:", "valkeys:"]));
    let is_unknown = |address: &&str| !has_scheme(address, &["redis", "valkey", "unix:"]);
    let why = if is_encrypted && !cfg!(feature = "coordinate-redis-tls") {
        "`rediss://` needs the feature `coordinate-redis-tls` of retry-runtime, which is off"
    } else if addresses.is_empty() {
        "there is none: name at least one, such as redis://host:6379"
    } else if addresses.iter().any(is_unknown) {
        "it does not begin with redis:// or rediss://: write redis://host:6379"
    } else {
        "its port or its database is no number, or its user or password has letters that are written as %40 (@), %3A (:), \
         %2F (/) or %23 (#): write redis://user:password@host:6379/0"
    };
    ConnectError(format!("the address of Redis is wrong: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_address_is_told_by_its_fault_and_never_shown() {
        let said = |url: &str| connect(url).expect_err(url).to_string();
        let unknown = "the address of Redis is wrong: it does not begin with redis:// or rediss://: write redis://host:6379";
        for url in ["", "localhost", "localhost:6379", "http://localhost/"] {
            assert_eq!(said(url), unknown, "{url}");
        }
        for url in ["redis://host:port/", "redis://host/orders", "redis://user:s3cr/et@host/"] {
            let said = said(url);
            assert!(said.contains("%2F") && !said.contains("s3cr"), "{url}: {said}");
        }
        #[cfg(not(feature = "coordinate-redis-tls"))]
        assert!(said("rediss://host/").contains("`coordinate-redis-tls`"));
    }

    #[test]
    fn a_cluster_and_sentinels_have_an_address() {
        let cluster = Options::default().connect_cluster([]).expect_err("no node");
        let sentinels = Options::default().connect_sentinel([], "orders").expect_err("no sentinel");
        for error in [cluster, sentinels] {
            assert!(error.to_string().contains("name at least one"), "{error}");
        }
    }
}
