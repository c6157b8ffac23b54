//! Idempotency keys on a Cluster and behind Sentinels. In a program of its own, for a coordinator is the whole program's.
#![deny(warnings, clippy::all)]

use retry_runtime::{
    coordinate::{
        Coordinator,
        redis::{ConnectError, Options},
    },
    retry,
};
use retry_tests::servers::{RedisCluster, Sentinel};

#[retry(operation = "count", idempotency_key = key)]
fn count(key: u32, runs: &mut u32) -> std::io::Result<u32> {
    *runs += 1;
    Ok(*runs)
}

/// Each coordinator knows nothing but what its server does, as another process would.
fn runs_once(connect: impl Fn(Options) -> Result<Coordinator, ConnectError>) {
    let options = || Options::default().timeout(std::time::Duration::from_secs(5)).refuse_when_gone();
    let mut runs = 0;
    for _ in 0..2 {
        connect(options()).expect("an address").install();
        for key in 0..20 {
            assert_eq!(count(key, &mut runs).expect("the server answers"), key + 1);
        }
    }
    assert_eq!(runs, 20);
}

#[test]
fn a_key_holds_on_a_cluster_and_behind_sentinels() {
    let cluster = RedisCluster::start();
    runs_once(|options| {
        let urls = cluster.urls();
        options.connect_cluster(urls.iter().map(String::as_str))
    });
    let sentinel = Sentinel::start();
    runs_once(|options| options.connect_sentinel([sentinel.url().as_str()], sentinel.name()));
}
