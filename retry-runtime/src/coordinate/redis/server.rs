//! One Redis, the master that Sentinels name, or a Cluster.

use std::{fmt, sync::Arc};

use ::redis::{
    Client, RedisError, RedisResult, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    sentinel::SentinelClient,
};
use tokio::sync::Mutex;

use super::link::Question;

/// Where the keys are. Clones share their connections.
#[derive(Clone)]
pub(super) enum Server {
    /// It reconnects by itself.
    One(ConnectionManager),
    Sentinel(Arc<Mutex<Sentinel>>),
    Cluster(Arc<Cluster>),
}

pub(super) struct Sentinel {
    client: SentinelClient,
    master: Option<MultiplexedConnection>,
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
    /// Connects when it is first asked.
    pub(super) fn one(client: Client, limit: std::time::Duration) -> RedisResult<Self> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(limit))
            .set_response_timeout(Some(limit))
            // The probe looks for it.
            .set_number_of_retries(1);
        ConnectionManager::new_lazy_with_config(client, config).map(Self::One)
    }

    pub(super) fn sentinel(client: SentinelClient) -> Self {
        Self::Sentinel(Arc::new(Mutex::new(Sentinel { client, master: None })))
    }

    pub(super) fn cluster(client: ClusterClient) -> Self {
        Self::Cluster(Arc::new(Cluster { client, connection: Mutex::new(None) }))
    }

    pub(super) async fn ask(&self, question: &Question) -> RedisResult<Value> {
        match self {
            Self::One(connection) => run(question, &mut connection.clone()).await,
            Self::Sentinel(sentinel) => {
                let mut master = master(sentinel).await?;
                let answer = run(question, &mut master).await;
                if answer.as_ref().is_err_and(is_elsewhere) {
                    sentinel.lock().await.master = None;
                }
                answer
            }
            Self::Cluster(cluster) => run(question, &mut cluster.connection().await?).await,
        }
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

async fn master(sentinel: &Mutex<Sentinel>) -> RedisResult<MultiplexedConnection> {
    let mut sentinel = sentinel.lock().await;
    if let Some(master) = &sentinel.master {
        return Ok(master.clone());
    }
    let master = sentinel.client.get_async_connection().await?;
    Ok(sentinel.master.insert(master).clone())
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
