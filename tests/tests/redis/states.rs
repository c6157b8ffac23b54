//! What a server says while it is in a state that passes.

use redis::pipe;
use retry_runtime::{Verdict, is_transient_redis};
use retry_tests::servers::Redis;

use crate::{command, store::Store, survives, tell};

#[tokio::test(flavor = "multi_thread")]
async fn it_is_loading() {
    const SLOWLY: [&str; 8] = [
        "--appendonly",
        "no",
        "--rdbcompression",
        "no",
        // It answers between keys, for each of which it takes a tenth of a second until it is told otherwise.
        "--loading-process-events-interval-bytes",
        "1024",
        "--key-load-delay",
        "100000",
    ];
    let server = Redis::start_with(&SLOWLY);
    for key in 0..300 {
        tell(&server, &format!("SET key:{key} {}", "x".repeat(1024)));
    }
    tell(&server, "SET key 1");
    tell(&server, "SAVE");
    server.stop();
    server.start_again();

    let mut store = Store::patient(&server.url());
    // Until it listens.
    while !store.once(&command("GET key")).await.unwrap_err().to_string().contains("BusyLoading") {}
    let value = survives(store, "GET key", "BusyLoading", || {
        tell(&server, "CONFIG SET key-load-delay 0");
    })
    .await;
    assert_eq!(value, Some("1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_a_replica_until_it_is_promoted() {
    let primary = Redis::start();
    let replica = Redis::replica_of(&primary);
    let store = Store::patient(&replica.url());
    survives(store, "SET key 1", "ReadOnly", || {
        tell(&replica, "REPLICAOF NO ONE");
    })
    .await;
    assert_eq!(tell(&replica, "GET key"), Some("1".to_owned()));
    assert_eq!(tell(&primary, "GET key"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_becomes_a_replica_under_calls_that_wait() {
    let [primary, server] = [Redis::start(), Redis::start()];
    let [mut plain, mut annotated] = [Store::patient(&server.url()), Store::patient(&server.url())];
    let met = annotated.met();
    let plain = tokio::spawn(async move { plain.once(&command("BLMOVE from to LEFT RIGHT 0")).await });
    let call = tokio::spawn(async move { annotated.retried(&command("BLMOVE from to LEFT RIGHT 0")).await });
    while !tell(&server, "INFO clients").unwrap().contains("blocked_clients:2") {}

    tell(&server, &format!("REPLICAOF 127.0.0.1 {}", primary.port()));
    let error = plain.await.unwrap().unwrap_err();
    assert_eq!(is_transient_redis(&error), Verdict::TRANSIENT, "{error}");
    met.wait_for("UNBLOCKED").await;
    tell(&server, "REPLICAOF NO ONE");
    tell(&server, "RPUSH from 1");
    assert_eq!(call.await.unwrap().unwrap(), Some("1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_master_is_down() {
    let primary = Redis::start();
    tell(&primary, "SET key 1");
    let replica = Redis::replica_of(&primary);
    tell(&replica, "CONFIG SET replica-serve-stale-data no");
    let mut store = Store::patient(&replica.url());
    store.once(&command("GET key")).await.unwrap();
    primary.kill();
    // It notices by itself, at once but not before us.
    while store.once(&command("GET key")).await.is_ok() {}
    let value = survives(store, "GET key", "MasterDown", || primary.start_again()).await;
    assert_eq!(value, Some("1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lacks_replicas() {
    let server = Redis::start_with(&["--min-replicas-to-write", "1"]);
    let store = Store::patient(&server.url());
    let mut replica = None;
    survives(store, "SET key 1", "NOREPLICAS", || replica = Some(Redis::replica_of(&server))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_busy_with_a_script() {
    let server = Redis::start_with(&["--busy-reply-threshold", "10"]);
    let mut busy = Store::patient(&server.url());
    let mut script = redis::cmd("EVAL");
    script.arg("while true do end").arg(0);
    let script = tokio::spawn(async move { busy.once(&script).await });
    let store = Store::patient(&server.url());
    // Whether it is busy yet: PING is answered as ever before.
    let mut asking = Store::patient(&server.url());
    while asking.once(&command("PING")).await.is_ok() {}
    survives(store, "SET key 1", "BUSY", || {
        tell(&server, "SCRIPT KILL");
    })
    .await;
    script.await.unwrap().unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_meets_a_replica() {
    let primary = Redis::start();
    let other = Redis::start();
    let client = redis::Client::open(other.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();

    // Becomes a replica between MULTI and EXEC.
    for queued in ["MULTI", "SET key 1"] {
        command(queued).exec_async(&mut connection).await.unwrap();
    }
    tell(&other, &format!("REPLICAOF 127.0.0.1 {}", primary.port()));
    let error = command("EXEC").exec_async(&mut connection).await.unwrap_err();
    assert_eq!(is_transient_redis(&error), Verdict::TRANSIENT, "{error}");

    let error = pipe().atomic().set("key", 1).exec_async(&mut connection).await.unwrap_err();
    assert_eq!(is_transient_redis(&error), Verdict::TRANSIENT, "{error}");
    let error = pipe().set("key", 1).get("key").exec_async(&mut connection).await.unwrap_err();
    assert_eq!(is_transient_redis(&error), Verdict::TRANSIENT, "{error}");
    // One of them will not pass.
    let error = pipe().set("key", 1).cmd("NONSENSE").exec_async(&mut connection).await.unwrap_err();
    assert_eq!(is_transient_redis(&error), Verdict::PERMANENT, "{error}");
}
