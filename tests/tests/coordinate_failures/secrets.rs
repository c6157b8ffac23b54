//! User and password are in no log, no error and no `Debug`, whatever goes wrong.

use retry_tests::servers::{Redis, RedisCluster, Sentinel};

use crate::member::Member;

const PASSWORD: &str = "hunter2-of-the-test";

/// All that is ever logged, while the server is there, refuses, and is gone.
fn says_nothing(coordinator: &[&str], end: impl FnOnce()) {
    let mut arguments = coordinator.to_vec();
    arguments.push("--trace");
    let mut member = Member::calling(&arguments);
    member.goes_on();
    end();
    member.warned(1);
    member.goes_on();
    let said = member.worker().all();
    assert!(said.contains("Coordinator"), "its Debug is shown");
    assert!(said.contains("DEBUG"), "all is logged");
    assert!(
        !said.contains(PASSWORD),
        "{}",
        said.lines().filter(|line| line.contains(PASSWORD)).collect::<String>()
    );
}

fn with_login(url: &str) -> String {
    url.replace("127.0.0.1", &format!("default:{PASSWORD}@127.0.0.1"))
}

#[test]
fn of_one_redis() {
    let redis = Redis::start_with(&["--requirepass", PASSWORD]);
    says_nothing(&["redis", &with_login(&redis.url())], || redis.kill());
}

#[test]
fn of_one_that_wants_another_password() {
    let redis = Redis::start_with(&["--requirepass", "another"]);
    says_nothing(&["redis", &with_login(&redis.url())], || ());
}

#[test]
fn of_a_cluster() {
    let cluster = RedisCluster::start();
    let urls: Vec<String> = cluster.urls().iter().map(|url| with_login(url)).collect();
    let mut arguments = vec!["cluster"];
    arguments.extend(urls.iter().map(String::as_str));
    says_nothing(&arguments, || cluster.masters().iter().for_each(|master| master.kill()));
}

#[test]
fn of_a_sentinel() {
    let servers = Sentinel::start();
    let master = format!("redis://default:{PASSWORD}@{}", servers.name());
    says_nothing(&["sentinel", &servers.url(), &master], || {
        servers.nodes().iter().for_each(|node| node.kill())
    });
}

#[test]
fn of_addresses_that_are_none() {
    for kind in ["redis", "sentinel", "cluster"] {
        for address in
            ["redis://user:{}@host:port/", "redis://user:{}@[/", "http://user:{}@host/", "user:{}@host", "{}"]
        {
            let address = address.replace("{}", PASSWORD);
            let said = Member::start(&[kind, &address, "orders", "--trace"]).worker().all();
            assert!(!said.contains(PASSWORD), "{said}");
        }
    }
}
