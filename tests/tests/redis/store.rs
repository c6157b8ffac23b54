//! A client as one would write it: one connection, made when it is needed, given up when a call failed.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{AsyncConnectionConfig, Client, Cmd, RedisResult, aio::MultiplexedConnection};
use retry_runtime::{is_transient_redis, retry};

/// A client and its connection.
#[derive(Clone)]
pub struct Store {
    client: Client,
    patience: Duration,
    connection: Option<MultiplexedConnection>,
    met: Met,
}

impl Store {
    /// A client that waits long enough for any answer, however busy this machine is.
    pub fn patient(url: &str) -> Self {
        Self::waiting(url, Duration::from_secs(30))
    }

    /// A client for servers that stall.
    pub fn impatient(url: &str) -> Self {
        Self::waiting(url, Duration::from_millis(100))
    }

    fn waiting(url: &str, patience: Duration) -> Self {
        Self { client: Client::open(url).unwrap(), patience, connection: None, met: Met::default() }
    }

    /// The errors that its attempts met.
    pub fn met(&self) -> Met {
        self.met.clone()
    }

    /// A call without the attribute.
    pub async fn once(&mut self, command: &Cmd) -> RedisResult<Option<String>> {
        let outcome = self.ask(command).await;
        if let Err(error) = &outcome {
            self.met.errors().push(format!("{error}"));
        }
        outcome
    }

    /// The same call with it.
    #[retry(
        max_attempts = unlimited,
        max_elapsed = "60s",
        initial_delay = "5ms",
        max_delay = "20ms",
        filter = is_transient_redis,
        before_retry = |_| self.hang_up(),
    )]
    pub async fn retried(&mut self, command: &Cmd) -> RedisResult<Option<String>> {
        self.once(command).await
    }

    async fn ask(&mut self, command: &Cmd) -> RedisResult<Option<String>> {
        if self.connection.is_none() {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(self.patience))
                .set_response_timeout(Some(self.patience));
            let connection = self.client.get_multiplexed_async_connection_with_config(&config);
            self.connection = Some(connection.await?);
        }
        command.query_async(self.connection.as_mut().expect("is connected")).await
    }

    async fn hang_up(&mut self) {
        self.connection = None;
    }
}

/// The errors that attempts met.
#[derive(Clone, Default)]
pub struct Met(Arc<Mutex<Vec<String>>>);

impl Met {
    /// Waits until an attempt has met this.
    pub async fn wait_for(&self, fault: &str) {
        let seen = async {
            while !self.errors().iter().any(|error| error.contains(fault)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(60), seen).await;
        assert!(seen.is_ok(), "nobody met {fault}, but {self:?}");
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.errors().len()
    }

    /// Forgets them.
    pub fn forget(&self) {
        self.errors().clear();
    }

    fn errors(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.errors().fmt(f)
    }
}
