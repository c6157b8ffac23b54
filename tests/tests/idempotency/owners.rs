//! Who has a key, and what becomes of it when its owner is paused, killed or fails.

use redis::Commands as _;
use retry_tests::servers::Redis;

use crate::{
    fleet::Worker,
    records::{self, await_result, connection, is_result},
};

const SHORT: &str = "--lease 1000";

#[test]
fn a_call_waits_for_the_one_in_another_process_and_is_given_its_result() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, ""), Worker::of(&redis, ""));
    owner.begin("a", "key");
    for kind in ["call", "call-blocking", "call-local"] {
        other.say(&format!("{kind} {kind}-b key"));
    }
    other.begin("c", "another");
    owner.go("a", "first");
    for kind in ["call", "call-blocking", "call-local"] {
        other.hear(&format!("> {kind}-b ok first"));
        other.say(&format!("{kind} {kind}-d key"));
        other.hear(&format!("> {kind}-d ok first"));
    }
    assert_eq!(other.count("begins"), 1, "{}", other.all());
}

#[test]
fn every_kind_of_function_owns_keys() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, ""), Worker::of(&redis, ""));
    for kind in ["call-blocking", "call-local"] {
        owner.say(&format!("{kind} a {kind}"));
        owner.hear("> a begins");
        other.say(&format!("call b {kind}"));
        owner.go("a", kind);
        other.hear(&format!("> b ok {kind}"));
    }
    assert!(!other.has_said("begins"), "{}", other.all());
}

#[test]
fn a_killed_owners_key_goes_to_a_waiter() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, SHORT), Worker::of(&redis, SHORT));
    owner.begin("a", "key");
    other.say("call b key");
    owner.kill();
    other.hear("> b begins");
    other.go("b", "second");
    await_result(&redis, "second");
}

#[test]
fn an_owner_that_fails_panics_or_is_dropped_gives_its_key_back_at_once() {
    let redis = Redis::start();
    // Longer than anyone here waits.
    let lease = "--lease 600000";
    let (mut owner, mut other) = (Worker::of(&redis, lease), Worker::of(&redis, lease));
    for end in ["fail", "panic", "drop"] {
        owner.begin("a", end);
        other.say(&format!("call b {end}"));
        owner.say(&format!("{end} a"));
        other.hear("> b begins");
        other.go("b", end);
        owner.say(&format!("call c {end}"));
        owner.hear(&format!("> c ok {end}"));
    }
}

#[test]
fn a_future_that_is_dropped_while_it_asks_leaves_no_claim() {
    let redis = Redis::start();
    let options = "--lease 600000 --timeout 30000";
    let (mut dropped, mut other) = (Worker::of(&redis, options), Worker::of(&redis, options));
    // It has its connection.
    dropped.begin("a", "first");
    dropped.go("a", "first");
    redis.pause();
    dropped.say("call b key");
    dropped.say("drop b");
    dropped.hear("> b is gone");
    redis.resume();
    other.begin("c", "key");
    other.go("c", "its");
}

#[test]
fn the_key_of_a_body_that_takes_long_is_renewed() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, SHORT), Worker::of(&redis, SHORT));
    owner.begin("a", "key");
    let claim = records::only(&redis);
    other.say("call b key");
    let mut connection = connection(&redis);
    let mut now = move || {
        let (seconds, micros): (u64, u64) = redis::cmd("TIME").query(&mut connection).expect("the time");
        seconds * 1_000 + micros / 1_000
    };
    // Five leases, by the clock that counts.
    let end = now() + 5_000;
    while now() < end {
        assert_eq!(records::only(&redis), claim);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    owner.go("a", "first");
    other.hear("> b ok first");
    assert!(!other.has_said("begins"), "{}", other.all());
}

#[test]
fn a_paused_owner_does_not_overwrite_the_result_of_who_took_over() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, SHORT), Worker::of(&redis, SHORT));
    owner.begin("a", "key");
    owner.pause();
    other.begin("b", "key");
    other.go("b", "newer");
    owner.resume();
    owner.go("a", "older");
    owner.hear("gated ran, and so did another call with the same idempotency key, ");
    assert!(records::only(&redis).is_some_and(|record| is_result(&record, "newer")));
    for worker in [&mut owner, &mut other] {
        worker.say("call c key");
        worker.hear("> c ok newer");
    }
    assert_eq!((owner.count("begins"), other.count("begins")), (1, 1));
}

#[test]
fn nor_does_it_while_the_other_runs() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, SHORT), Worker::of(&redis, SHORT));
    owner.begin("a", "key");
    owner.pause();
    other.begin("b", "key");
    let claim = records::only(&redis);
    owner.resume();
    owner.go("a", "older");
    owner.hear("so did another call");
    assert_eq!(records::only(&redis), claim);
    // It asks again: the other one is still running.
    owner.say("call c key");
    other.go("b", "newer");
    owner.hear("> c ok newer");
}

/// A paused owner that fails takes nothing from who took over.
#[test]
fn nor_does_it_give_the_others_key_back() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, SHORT), Worker::of(&redis, SHORT));
    owner.begin("a", "key");
    owner.pause();
    other.begin("b", "key");
    let claim = records::only(&redis);
    owner.resume();
    owner.say("fail a");
    owner.hear("> a err as it was told");
    // What it has to say to Redis about the first key is said before what it says about the second.
    owner.begin("d", "another");
    let claims = records::all(&redis);
    assert!(claims.len() == 2 && claims.contains(&claim.expect("the other one's")), "{claims:?}");
    other.go("b", "newer");
}

#[test]
fn names_in_redis_tell_nothing_of_keys() {
    let redis = Redis::start();
    let mut worker = Worker::of(&redis, "");
    for (call, key) in ["card-4111}{", "{retry}:idempotency:*", "日本語"].into_iter().enumerate() {
        let call = format!("call-{call}");
        worker.begin(&call, key);
        worker.go(&call, "done");
    }
    let names = records::names(&redis);
    assert_eq!(names.len(), 3, "{names:?}");
    let tag = |name: &str| name.split('}').next().map(ToOwned::to_owned);
    for name in &names {
        let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || ":{}".contains(letter));
        assert!(is_plain && name.len() == "retry:{}:idempotency:".len() + 64, "{name}");
        assert_eq!(tag(name), tag(&names[0]), "one slot of a Cluster");
    }
    let ttl: i64 = connection(&redis).pttl(&names[0]).expect("its time");
    assert!((1..=3_600_000).contains(&ttl), "the policy's hour: {ttl}");
    let written = records::written(&redis);
    assert!(records::has(&written, "done"), "results are there");
    for secret in ["4111", "日本語"] {
        let is_logged = worker.all().lines().any(|line| !line.starts_with('>') && line.contains(secret));
        assert!(!records::has(&written, secret) && !is_logged, "{secret}");
    }
}
