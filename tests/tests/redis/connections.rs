//! Connections that break, and servers that are not there.

use futures_util::future::join_all;
use redis::{Client, IntoConnectionInfo};
use retry_runtime::is_transient_redis;
use retry_tests::{proxy::Proxy, servers::Redis};

use crate::{command, store::Store, survives, tell};

#[tokio::test(flavor = "multi_thread")]
async fn writes_survive_a_server_that_is_killed_under_them() {
    const WRITERS: usize = 4;
    const KEYS: usize = 100;

    let server = Redis::start();
    let mut plain = Store::patient(&server.url());
    plain.once(&command("SET plain 0")).await.unwrap();
    let stores: Vec<_> = (0..WRITERS).map(|_| Store::patient(&server.url())).collect();
    let met: Vec<_> = stores.iter().map(Store::met).collect();
    let writers: Vec<_> = stores
        .into_iter()
        .enumerate()
        .map(|(writer, mut store)| {
            tokio::spawn(async move {
                for key in 0..KEYS {
                    store.retried(&command(&format!("SET {writer}:{key} {key}"))).await.unwrap();
                    // Long enough for the server to be killed among them.
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            })
        })
        .collect();
    while tell(&server, "DBSIZE").unwrap().parse::<usize>().unwrap() < 10 {}
    server.kill();
    plain.once(&command("SET plain 1")).await.unwrap_err();
    join_all(met.iter().map(|met| met.wait_for(""))).await;
    server.start_again();
    for writer in writers {
        writer.await.unwrap();
    }

    for (writer, key) in (0..WRITERS).flat_map(|writer| (0..KEYS).map(move |key| (writer, key))) {
        let written = tell(&server, &format!("GET {writer}:{key}"));
        assert_eq!(written, Some(key.to_string()), "{writer}:{key}");
    }
    assert_eq!(tell(&server, "GET plain"), Some("0".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_yet() {
    let server = Redis::start();
    server.stop();
    let store = Store::patient(&server.url());
    let pong = survives(store, "PING", "Connection refused", || server.start_again()).await;
    assert_eq!(pong, Some("PONG".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_server_kills() {
    let server = Redis::start();
    let mut store = Store::patient(&server.url());
    for _ in 0..2 {
        store.once(&command("SET key 1")).await.unwrap();
        tell(&server, "CLIENT KILL TYPE normal SKIPME yes");
        store.clone().once(&command("SET key 2")).await.unwrap_err();
        store.retried(&command("SET key 3")).await.unwrap();
        assert_eq!(tell(&server, "GET key"), Some("3".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stalls() {
    let server = Redis::start();
    let mut store = Store::impatient(&server.url());
    store.once(&command("PING")).await.unwrap();
    server.pause();
    survives(store, "SET key 1", "timed out", || server.resume()).await;
    assert_eq!(tell(&server, "GET key"), Some("1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_breaks() {
    type Fault = fn(&Proxy);

    fn refuse(proxy: &Proxy) {
        proxy.refuse();
        proxy.reset_connections();
    }

    let server = Redis::start();
    tell(&server, "SET key 0123456789");
    let faults: [(Fault, &str); 6] = [
        (refuse, "refused"),
        (Proxy::reset, ""),
        (Proxy::stall, "timed out"),
        // Before an answer, in its length, and in its bytes.
        (|proxy| proxy.cut_after(0), ""),
        (|proxy| proxy.cut_after(2), ""),
        (|proxy| proxy.cut_after(9), ""),
    ];
    for connected in [false, true] {
        for (fault, message) in faults {
            let proxy = Proxy::to(server.address());
            let mut store = Store::impatient(&server.url_through(proxy.port()));
            if connected {
                store.once(&command("PING")).await.unwrap();
            }
            fault(&proxy);
            let value = survives(store, "GET key", message, || proxy.pass()).await;
            assert_eq!(value, Some("0123456789".to_owned()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_room_for_another_client() {
    let server = Redis::start_with(&["--maxclients", "1"]);
    // With and without a word that the client says before the first command, and whose answer it reads.
    for path in ["", "1"] {
        let mut held = Store::patient(&server.url());
        while held.once(&command("PING")).await.is_err() {}
        let store = Store::patient(&(server.url() + path));
        survives(store, "SET key 1", "", || drop(held)).await;
    }
}

/// Most clients never see what the server says before it hangs up: they speak first.
#[tokio::test(flavor = "multi_thread")]
async fn no_room_for_a_client_that_listens() {
    let server = Redis::start_with(&["--maxclients", "1"]);
    let mut held = Store::patient(&server.url());
    while held.once(&command("PING")).await.is_err() {}
    let address = server.url().into_connection_info().unwrap();
    let settings = address.redis_settings().clone().set_skip_set_lib_name();
    let mut connection =
        Client::open(address.set_redis_settings(settings)).unwrap().get_connection().unwrap();
    let error = command("PING").exec(&mut connection).unwrap_err();
    assert!(is_transient_redis(&error).is_throttled(), "{error}");
}
