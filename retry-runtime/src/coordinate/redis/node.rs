//! The node of a Cluster that has a key.

use ::redis::{
    Cmd, Pipeline, RedisFuture, Value,
    aio::ConnectionLike,
    cluster_async::ClusterConnection,
    cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr},
};

/// Everything is sent to this node. A script is, else, loaded into all of them: none is that way while one is gone.
pub(super) struct Node {
    connection: ClusterConnection,
    of_key: SingleNodeRoutingInfo,
}

impl Node {
    pub(super) fn of(connection: ClusterConnection, key: &str) -> Self {
        let of_key = SingleNodeRoutingInfo::SpecificNode(Route::with_key(key, SlotAddr::Master));
        Self { connection, of_key }
    }
}

impl ConnectionLike for Node {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        let to = RoutingInfo::SingleNode(self.of_key.clone());
        Box::pin(self.connection.route_command(command.clone(), to))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.connection.route_pipeline(pipeline.clone(), offset, count, self.of_key.clone()))
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}
