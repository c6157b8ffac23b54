//! What a node of a cluster says to a client that knows nothing of clusters.

use std::time::Duration;

use retry_tests::{ports::Port, servers::Redis};

use crate::{fails_at_once, store::Store, survives, tell};

/// A node, and the port on which it talks to others.
fn node() -> (Redis, Port) {
    let bus = Port::reserve();
    let node = Redis::start_with(&["--cluster-enabled", "yes", "--cluster-port", &bus.number().to_string()]);
    (node, bus)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_down_until_its_slots_are_served() {
    let (server, _bus) = node();
    let store = Store::patient(&server.url());
    survives(store, "SET key 1", "ClusterDown", || {
        tell(&server, "CLUSTER ADDSLOTSRANGE 0 16383");
    })
    .await;
    fails_at_once(Store::patient(&server.url()), "MGET a b", "CrossSlot").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_moves() {
    let (from, _bus) = node();
    let (to, bus) = node();
    tell(&from, "CLUSTER ADDSLOTSRANGE 0 16383");
    tell(&from, &format!("CLUSTER MEET 127.0.0.1 {} {}", to.port(), bus.number()));
    let id = tell(&to, "CLUSTER MYID").unwrap();
    let is_ready = |node| tell(node, "CLUSTER INFO").unwrap().contains("cluster_state:ok");
    let knows = |node, what: &str| tell(node, "CLUSTER NODES").unwrap().contains(what);
    while !(knows(&from, &id) && knows(&to, "0-16383") && is_ready(&from) && is_ready(&to)) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tell(&from, "SET {a}here 1");
    let slot = tell(&from, "CLUSTER KEYSLOT a").unwrap();
    tell(&from, &format!("CLUSTER SETSLOT {slot} MIGRATING {id}"));

    let store = Store::patient(&from.url());
    survives(store, "EXISTS {a}here {a}gone", "TryAgain", || {
        tell(&from, &format!("CLUSTER SETSLOT {slot} STABLE"));
    })
    .await;

    // These name the node to ask, which this client does not.
    tell(&from, &format!("CLUSTER SETSLOT {slot} MIGRATING {id}"));
    fails_at_once(Store::patient(&from.url()), "GET {a}gone", "Ask").await;
    fails_at_once(Store::patient(&to.url()), "GET {a}here", "Moved").await;
}
