//! Servers that are there and of no use: silent ones, others that talk of something else, a Redis that refuses.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
};

use retry_tests::servers::{Redis, RedisCluster, Sentinel};

use crate::{
    has_slots,
    member::{GONE, Member},
    wait_until,
};

/// Something that listens; returns its port, and ends with the test.
fn stranger(talk: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("is bound").port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let talk = talk.clone();
            thread::spawn(move || talk(client));
        }
    });
    port
}

/// Calls go on beside it, and one warning tells why they are alone.
fn goes_on_alone(url: &str, why: &str) {
    let mut member = Member::calling_by_default(&["redis", url]);
    member.warned(1);
    member.goes_on();
    let log = member.worker().all();
    let warning = log.lines().find(|line| line.contains(GONE)).expect("a warning");
    assert!(warning.contains(why), "{warning}");
    member.is_alone();
}

#[test]
fn one_that_is_silent() {
    let port = stranger(|mut client| drop(client.read_to_end(&mut Vec::new())));
    goes_on_alone(&format!("redis://127.0.0.1:{port}/"), "");
}

#[test]
fn one_that_speaks_of_something_else() {
    let port = stranger(|mut client| {
        let _ = client.read(&mut [0; 1024]);
        let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        let _ = client.read_to_end(&mut Vec::new());
    });
    goes_on_alone(&format!("redis://127.0.0.1:{port}/"), "");
}

#[test]
fn one_that_hangs_up() {
    goes_on_alone(&format!("redis://127.0.0.1:{}/", stranger(drop)), "");
}

#[test]
fn a_redis_whose_password_is_another() {
    let redis = Redis::start_with(&["--requirepass", "right"]);
    let url = redis.url();
    goes_on_alone(&url, "NOAUTH");
    goes_on_alone(&url.replace("127.0.0.1", ":wrong@127.0.0.1"), "uthentication");
}

#[test]
fn a_redis_that_is_full() {
    let redis = Redis::start();
    let mut member = Member::calling(&["redis", &redis.url()]);
    wait_until("slots are reserved", || has_slots(&redis));
    redis.tell("CONFIG SET maxmemory 1").expect("it answers");
    member.warned(1);
    member.goes_on();
    redis.tell("CONFIG SET maxmemory 0").expect("it answers");
    member.recovered(1);
    wait_until("slots are reserved again", || has_slots(&redis));
    member.is_well(1);
}

/// The one that the documentation names.
const PERMITTED: &str = "ACL SETUSER coordinator on >secret +@read +@write +@scripting +time ~test:*";

#[test]
fn a_user_with_few_permissions_is_enough() {
    let redis = Redis::start();
    redis.tell(PERMITTED).expect("it answers");
    let url = redis.url().replace("127.0.0.1", "coordinator:secret@127.0.0.1");
    let mut member = Member::calling(&["redis", &url]);
    wait_until("slots are reserved", || has_slots(&redis));
    member.goes_on();
    member.is_well(0);
}

#[test]
fn a_user_of_another_namespace_is_refused() {
    let redis = Redis::start();
    redis.tell(&PERMITTED.replace("~test:*", "~other:*")).expect("it answers");
    goes_on_alone(&redis.url().replace("127.0.0.1", "coordinator:secret@127.0.0.1"), "permission");
    assert_eq!(redis.tell("DBSIZE").expect("it answers"), ":0\r\n");
}

#[test]
fn a_master_behind_sentinels_has_a_user_of_its_own() {
    let servers = Sentinel::start();
    let permitted = format!("{PERMITTED} +role");
    servers.nodes().iter().for_each(|node| assert_eq!(node.tell(&permitted).expect("it answers"), "+OK\r\n"));
    // `default` is the Sentinel's and the replica's.
    for node in servers.nodes() {
        node.tell("ACL SETUSER default -evalsha -eval").expect("it answers");
    }
    let master = format!("redis://coordinator:secret@{}", servers.name());
    let mut member = Member::calling(&["sentinel", &servers.url(), &master]);
    wait_until("slots are reserved", || has_slots(servers.master()));
    member.goes_on();
    member.is_well(0);
}

#[test]
fn so_has_a_cluster() {
    let cluster = RedisCluster::start();
    let permitted = format!("{PERMITTED} +cluster|slots +asking");
    cluster.nodes().for_each(|node| assert_eq!(node.tell(&permitted).expect("it answers"), "+OK\r\n"));
    let urls = cluster.urls();
    let urls: Vec<_> =
        urls.iter().map(|url| url.replace("127.0.0.1", "coordinator:secret@127.0.0.1")).collect();
    let mut member = Member::calling(&["cluster", &urls[0], &urls[1]]);
    wait_until("slots are reserved", || cluster.masters().iter().all(has_slots));
    member.goes_on();
    member.is_well(0);
}
