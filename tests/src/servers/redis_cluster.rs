//! A Redis Cluster of three masters.

use super::{
    process::{PATIENCE, poll},
    redis::Redis,
};
use crate::ports::Port;

/// Three masters, each with a third of the keys; a node that does not answer for half a second is taken for dead.
#[derive(Debug)]
pub struct RedisCluster {
    masters: Vec<Redis>,
    replicas: Vec<Redis>,
    /// Where the nodes talk to each other.
    _buses: Vec<Port>,
}

impl RedisCluster {
    /// Starts one whose nodes go on alone: what was on a node that is gone is gone with it, the rest is served.
    #[must_use]
    pub fn start() -> Self {
        Self::of(&["--cluster-require-full-coverage", "no"], false)
    }

    /// Starts one as it is by default, with a replica for each master, which takes its place.
    #[must_use]
    pub fn start_with_replicas() -> Self {
        Self::of(&[], true)
    }

    fn of(arguments: &[&str], has_replicas: bool) -> Self {
        let mut buses = Vec::new();
        let mut node = || {
            let bus = Port::reserve();
            let port = bus.number().to_string();
            buses.push(bus);
            let all = ["--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--cluster-port", &port];
            (Redis::start_with(&[&all, arguments].concat()), port)
        };
        let masters: Vec<_> = (0..3).map(|_| node()).collect();
        let replicas: Vec<_> = (0..if has_replicas { 3 } else { 0 }).map(|_| node()).collect();
        for (place, (first, (master, _))) in [0, 5461, 10923, 16384].iter().zip(&masters).enumerate() {
            let last = [5460, 10922, 16383][place];
            told(master, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
            told(master, &format!("CLUSTER SET-CONFIG-EPOCH {}", place + 1));
        }
        let nodes = || masters.iter().chain(&replicas);
        for (other, bus) in nodes().skip(1) {
            told(&masters[0].0, &format!("CLUSTER MEET 127.0.0.1 {} {bus}", other.port()));
        }
        let all = nodes().count();
        let have_met = || {
            nodes()
                .all(|(node, _)| told(node, "CLUSTER INFO").contains(&format!("cluster_known_nodes:{all}\r")))
        };
        assert!(poll(have_met), "the nodes did not meet within {PATIENCE:?}");
        for ((replica, _), (master, _)) in replicas.iter().zip(&masters) {
            let id = told(master, "CLUSTER MYID");
            let id = id.lines().nth(1).expect("an id");
            told(replica, &format!("CLUSTER REPLICATE {id}"));
        }
        let alone = |nodes: Vec<(Redis, String)>| nodes.into_iter().map(|(node, _)| node).collect();
        let started = Self { masters: alone(masters), replicas: alone(replicas), _buses: buses };
        started.wait_until_whole();
        started
    }

    /// The masters of the beginning.
    #[must_use]
    pub fn masters(&self) -> &[Redis] {
        &self.masters
    }

    /// Where clients find its nodes.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes().map(|node| node.url()).collect()
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = &Redis> {
        self.masters.iter().chain(&self.replicas)
    }

    /// Waits until all nodes are there and serve all keys.
    ///
    /// # Panics
    /// When that takes a minute.
    pub fn wait_until_whole(&self) {
        let is_whole = |node: &Redis| {
            let (info, nodes) = (node.tell("CLUSTER INFO"), node.tell("CLUSTER NODES"));
            let follows = !self.replicas.iter().any(|replica| replica.port() == node.port())
                || node
                    .tell("INFO replication")
                    .is_ok_and(|answer| !answer.contains("master_link_status:down"));
            let (Ok(info), Ok(nodes)) = (info, nodes) else { return false };
            info.contains("cluster_state:ok") && !nodes.contains("fail") && follows
        };
        assert!(poll(|| self.nodes().all(is_whole)), "the cluster is not whole within {PATIENCE:?}");
    }
}

fn told(node: &Redis, command: &str) -> String {
    node.tell(command).unwrap_or_else(|error| panic!("{command}: {error}\n{}", node.last_words()))
}
