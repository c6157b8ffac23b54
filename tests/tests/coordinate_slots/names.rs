//! Names of all kinds in one Redis.

use std::{
    collections::HashSet,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use retry_tests::servers::Redis;

use crate::{alone, worker};

/// All that the worker has, hostile names among them.
const OPERATIONS: usize = 12;

/// All operations, twice each, in a process of their own.
fn call_all(redis: &Redis, namespace: &str) {
    let mut process = worker(&["redis", &redis.url(), "--namespace", namespace, "--timeout", "2000"]);
    for operation in 0..OPERATIONS {
        process.say(&format!("calls blocking 2 {operation}"));
        assert!(process.hear("called").starts_with("2 0 "), "{}", process.all());
    }
    assert_eq!(process.count("WARN"), 0, "{}", process.all());
}

/// The keys that a Redis counts reservations in while `work` runs.
fn keys_counted_in(redis: &Redis, work: impl FnOnce()) -> HashSet<String> {
    let mut monitor = TcpStream::connect(redis.address()).expect("it is there");
    let mut ok = [0; 5];
    monitor.write_all(b"MONITOR\r\n").and_then(|()| monitor.read_exact(&mut ok)).expect("it answers");
    work();
    let mut seen = String::new();
    monitor.write_all(b"QUIT\r\n").and_then(|()| monitor.read_to_string(&mut seen)).expect("it answers");
    let counted = |line: &str| Some(line.split_once(r#""HINCRBY" ""#)?.1.split_once('"')?.0.to_owned());
    seen.lines().filter_map(counted).collect()
}

#[test]
fn no_name_leaves_its_namespace_and_none_shares_a_key() {
    let _alone = alone();
    let redis = Redis::start();
    let [one, two] = ["one", "two"].map(|namespace| keys_counted_in(&redis, || call_all(&redis, namespace)));
    for (namespace, keys) in [("one:{", &one), ("two:{", &two)] {
        assert_eq!(keys.len(), OPERATIONS, "{keys:?}");
        for key in keys {
            let hash =
                key.strip_prefix(namespace).and_then(|rest| rest.strip_suffix("}:slots:20000")).expect(key);
            assert!(hash.len() == 32 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()), "{key}");
        }
    }
    assert!(one.is_disjoint(&two));
}

#[test]
fn reservations_go_by_themselves() {
    let _alone = alone();
    let redis = Redis::start();
    // Until they do, they can be seen.
    redis.tell("DEBUG SET-ACTIVE-EXPIRE 0").expect("it answers");
    call_all(&redis, "here");
    let size = || redis.tell("DBSIZE").expect("it answers");
    // With the probe's.
    assert_eq!(size(), format!(":{}\r\n", OPERATIONS + 1));
    redis.tell("DEBUG SET-ACTIVE-EXPIRE 1").expect("it answers");
    let start = Instant::now();
    while size() != ":0\r\n" {
        // A limit, no measure.
        assert!(start.elapsed() < Duration::from_secs(60), "they stay: {}", size());
        thread::sleep(Duration::from_millis(10));
    }
}
