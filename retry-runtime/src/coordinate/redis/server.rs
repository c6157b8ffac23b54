//! One Redis, the master that Sentinels name, or a Cluster.

use std::{fmt, sync::Arc, time::Duration};

use ::redis::{
    AsyncConnectionConfig, Client, RedisError, RedisResult, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    sentinel::SentinelClient,
};
use tokio::sync::Mutex;

use super::link::Question;

/// How long it may take at most to connect, which is several questions and TLS. Calls wait no longer for that than for any
/// answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Where the keys are. Clones share their connections.
#[derive(Clone)]
pub(super) enum Server {
    One(Arc<One>),
    Sentinel(Arc<Sentinel>),
    Cluster(Arc<Cluster>),
}

pub(super) struct One {
    client: Client,
    limit: Duration,
    /// It makes another connection when its own has ended. One that is silent it keeps.
    connection: Mutex<Option<ConnectionManager>>,
}

pub(super) struct Sentinel {
    client: Mutex<SentinelClient>,
    limit: Duration,
    master: Mutex<Option<MultiplexedConnection>>,
}

pub(super) struct Cluster {
    client: ClusterClient,
    connection: Mutex<Option<ClusterConnection>>,
}

/// Without addresses: they may hold passwords.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One(_) => "One",
            Self::Sentinel(_) => "Sentinel",
            Self::Cluster(_) => "Cluster",
        })
    }
}

impl Server {
    pub(super) fn one(client: Client, limit: Duration) -> Self {
        Self::One(Arc::new(One { client, limit, connection: Mutex::new(None) }))
    }

    pub(super) fn sentinel(client: SentinelClient, limit: Duration) -> Self {
        let (client, master) = (Mutex::new(client), Mutex::new(None));
        Self::Sentinel(Arc::new(Sentinel { client, limit, master }))
    }

    pub(super) fn cluster(client: ClusterClient) -> Self {
        Self::Cluster(Arc::new(Cluster { client, connection: Mutex::new(None) }))
    }

    /// Whether some keys may be there while others are not.
    pub(super) const fn has_parts(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }

    /// Connects when it is first asked. Where a connection has ended, which those that are idle do, asks once more on another:
    /// scripts may be run twice.
    pub(super) async fn ask(&self, question: &Question) -> RedisResult<Value> {
        match self.ask_once(question).await {
            Err(error) if error.is_connection_dropped() => self.ask_once(question).await,
            answer => answer,
        }
    }

    async fn ask_once(&self, question: &Question) -> RedisResult<Value> {
        match self {
            Self::One(one) => run(question, &mut one.connection().await?).await,
            Self::Sentinel(sentinel) => {
                let answer = run(question, &mut sentinel.master().await?).await;
                if answer.as_ref().is_err_and(is_elsewhere) {
                    *sentinel.master.lock().await = None;
                }
                answer
            }
            Self::Cluster(cluster) => run(question, &mut cluster.connection().await?).await,
        }
    }

    /// Gives up connections that may never end and never answer either: their host is gone.
    pub(super) async fn connect_anew(&self) {
        match self {
            Self::One(one) => *one.connection.lock().await = None,
            Self::Sentinel(sentinel) => *sentinel.master.lock().await = None,
            // Those to its other nodes are well: it is given up when there is another.
            Self::Cluster(cluster) => {
                if let Ok(connection) = cluster.client.get_async_connection().await {
                    *cluster.connection.lock().await = Some(connection);
                }
            }
        }
    }
}

impl One {
    async fn connection(&self) -> RedisResult<ConnectionManager> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(self.limit.max(PATIENCE)))
            .set_response_timeout(Some(self.limit))
            // The probe looks for it.
            .set_number_of_retries(0);
        let manager = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        Ok(connection.insert(manager).clone())
    }
}

impl Sentinel {
    async fn master(&self) -> RedisResult<MultiplexedConnection> {
        let mut master = self.master.lock().await;
        if let Some(master) = &*master {
            return Ok(master.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.limit.max(PATIENCE)))
            .set_response_timeout(Some(self.limit));
        let connection = self.client.lock().await.get_async_connection_with_config(&config).await?;
        Ok(master.insert(connection).clone())
    }
}

impl Cluster {
    async fn connection(&self) -> RedisResult<ClusterConnection> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        // From now on it finds the nodes by itself.
        Ok(connection.insert(self.client.get_async_connection().await?).clone())
    }
}

/// Whether the Sentinels must be asked again: the connection is gone, or the master is a replica now.
fn is_elsewhere(error: &RedisError) -> bool {
    error.is_unrecoverable_error() || error.is_io_error() || error.code() == Some("READONLY")
}

async fn run(question: &Question, connection: &mut impl ConnectionLike) -> RedisResult<Value> {
    let mut invocation = question.script.prepare_invoke();
    for key in &question.keys {
        invocation.key(key);
    }
    for argument in &question.arguments {
        invocation.arg(argument.as_slice());
    }
    invocation.invoke_async(connection).await
}
