//! What will not pass is tried once.

use retry_tests::servers::Redis;

use crate::{command, fails_at_once, store::Store, tell};

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_wrong() {
    let server = Redis::start();
    tell(&server, "SET text hello");
    for (words, fault) in [
        ("LPUSH text 1", "WRONGTYPE"),
        ("INCR text", "not an integer"),
        ("NONSENSE", "unknown command"),
        ("GET", "wrong number of arguments"),
        ("EVALSHA ffffffffffffffffffffffffffffffffffffffff 0", "NoScript"),
        ("EXEC", "EXEC without MULTI"),
    ] {
        fails_at_once(Store::patient(&server.url()), words, fault).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_full() {
    let server = Redis::start_with(&["--maxmemory", "1"]);
    fails_at_once(Store::patient(&server.url()), "SET key 1", "OOM").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_may_not() {
    let server = Redis::start();
    tell(&server, "ACL SETUSER reader on >right +get ~*");
    let reader = |password| server.url().replace("redis://", &format!("redis://reader:{password}@"));
    fails_at_once(Store::patient(&reader("right")), "SET key 1", "NoPerm").await;
    fails_at_once(Store::patient(&reader("wrong")), "GET key", "authentication failed").await;
    assert_eq!(Store::patient(&reader("right")).once(&command("GET key")).await.unwrap(), None);

    tell(&server, "CONFIG SET requirepass right");
    fails_at_once(Store::patient(&server.url()), "GET key", "NOAUTH").await;
}
