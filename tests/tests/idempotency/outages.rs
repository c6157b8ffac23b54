//! Redis goes away: calls run anyway, or are refused, as the user chose.

use std::{thread, time::Duration};

use retry_tests::servers::Redis;

use crate::{
    fleet::Worker,
    records::{self, await_claim, await_more_scripts, await_result, await_results, scripts_run},
};

/// As after a disk that was lost.
fn start_empty(redis: &Redis) {
    std::fs::remove_dir_all(redis.directory().join("appendonlydir")).expect("its data");
    redis.start_again();
    redis.wait_until_ready();
}

#[test]
fn a_call_that_finishes_while_redis_is_gone_is_recorded_once_it_is_back() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, ""), Worker::of(&redis, ""));
    owner.begin("a", "key");
    redis.kill();
    owner.go("a", "first");
    // Its own process knows.
    owner.say("call b key");
    owner.hear("> b ok first");
    redis.start_again();
    redis.wait_until_ready();
    await_result(&redis, "first");
    other.say("call c key");
    other.hear("> c ok first");
    assert!(!other.has_said("begins"), "{}", other.all());
}

/// As long as a fork or a slow script takes: no reason to do again what was recorded.
#[test]
fn a_moment_without_answers_lets_nothing_run_again() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, ""), Worker::of(&redis, ""));
    owner.begin("a", "key");
    owner.go("a", "first");
    for call in ["b", "c"] {
        redis.pause();
        other.say(&format!("call {call} key"));
        thread::sleep(Duration::from_millis(300));
        redis.resume();
        other.hear(&format!("> {call} ok first"));
    }
    assert!(!other.has_said("begins"), "{}", other.all());
}

/// Who has seen another run asks for it as soon as Redis is back, not when the lease is over.
#[test]
fn a_waiter_hears_of_the_result_once_redis_is_back() {
    let redis = Redis::start();
    let long = "--lease 600000";
    let (mut owner, mut other) = (Worker::of(&redis, long), Worker::of(&redis, long));
    owner.begin("a", "key");
    other.say("call b key");
    await_more_scripts(&redis, 3);
    redis.pause();
    other.hear("WARN");
    redis.resume();
    owner.go("a", "first");
    other.hear("> b ok first");
    assert!(!other.has_said("begins"), "{}", other.all());
}

#[test]
fn a_call_that_begins_while_redis_is_gone_runs_and_is_recorded_later() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, ""), Worker::of(&redis, ""));
    redis.kill();
    owner.begin("a", "key");
    redis.start_again();
    redis.wait_until_ready();
    // While it runs it claims its key, and then others wait for it.
    await_claim(&redis);
    other.say("call b key");
    owner.go("a", "first");
    other.hear("> b ok first");
    assert!(!other.has_said("begins"), "{}", other.all());
}

#[test]
fn a_call_goes_on_while_redis_is_paused_and_is_recorded_then() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, "--lease 1000"), Worker::of(&redis, "--lease 1000"));
    owner.begin("a", "key");
    redis.pause();
    // A renewal was not answered.
    owner.hear("WARN");
    owner.go("a", "first");
    redis.resume();
    await_result(&redis, "first");
    other.say("call b key");
    other.hear("> b ok first");
}

#[test]
fn an_owner_claims_its_key_again_when_redis_forgot_it() {
    let redis = Redis::start();
    let (mut owner, mut other) = (Worker::of(&redis, "--lease 6000"), Worker::of(&redis, "--lease 6000"));
    owner.begin("a", "key");
    let claim = records::only(&redis);
    let asked = scripts_run(&redis);
    other.say("call b key");
    await_more_scripts(&redis, asked);
    // The waiter has seen the claim, and counts on it for a lease; the owner renews it three times in so long.
    redis.kill();
    start_empty(&redis);
    await_claim(&redis);
    assert_eq!(records::only(&redis), claim, "its own claim, as before");
    owner.go("a", "first");
    other.hear("> b ok first");
    assert!(!other.has_said("begins"), "{}", other.all());
}

#[test]
fn an_owner_that_notices_claims_it_as_soon_as_redis_is_back() {
    let redis = Redis::start();
    // The first renewal is due in some minutes.
    let mut owner = Worker::of(&redis, "--lease 600000");
    owner.begin("a", "key");
    let claim = records::only(&redis);
    redis.kill();
    owner.begin("b", "another");
    start_empty(&redis);
    await_results(&redis, 2);
    assert!(records::all(&redis).contains(&claim.expect("its claim")));
}

/// The caller has gone, the effect is done.
#[test]
fn a_call_that_is_dropped_while_its_result_is_on_its_way_is_recorded() {
    let redis = Redis::start();
    let options = "--lease 600000 --timeout 30000";
    let mut owner = Worker::of(&redis, options);
    owner.begin("a", "key");
    redis.pause();
    owner.say("go a first");
    owner.hear("> a returns");
    owner.say("drop a");
    owner.hear("> a is gone");
    redis.resume();
    await_result(&redis, "first");
    let mut other = Worker::of(&redis, options);
    other.say("call b key");
    other.hear("> b ok first");
}

#[test]
fn what_waits_for_redis_is_bounded() {
    const CALLS: usize = 40;
    let redis = Redis::start();
    let mut owner = Worker::of(&redis, "");
    redis.kill();
    let value = "v".repeat((1 << 20) - 9);
    for call in 0..CALLS {
        owner.begin(&format!("a{call}"), &format!("key-{call}"));
        owner.go(&format!("a{call}"), &value);
    }
    let lost = "succeeded, but the coordinator did not answer: elsewhere its key is free";
    owner.hear(lost);
    redis.start_again();
    redis.wait_until_ready();
    await_results(&redis, 32 - 1);
    assert_eq!(records::names(&redis).len() + owner.count(lost), CALLS);
}

#[test]
fn a_user_may_refuse_calls_while_redis_is_gone() {
    let redis = Redis::start();
    let mut worker = Worker::of(&redis, "--refuse");
    worker.begin("a", "key");
    worker.go("a", "first");
    redis.kill();
    worker.say("call b another");
    worker
        .hear("> b err `gated` did not run: the coordinator that gives out idempotency keys does not answer");
    // What this process knows it still knows.
    worker.say("call c key");
    worker.hear("> c ok first");
    redis.start_again();
    redis.wait_until_ready();
    worker.hear("INFO");
    worker.begin("d", "another");
    worker.go("d", "second");
}

/// It was refused for Redis was slow; that it has the key is not to keep others waiting.
#[test]
fn a_call_that_was_refused_leaves_no_claim() {
    let redis = Redis::start();
    let options = "--refuse --lease 600000 --timeout 100";
    let (mut refused, mut other) = (Worker::of(&redis, options), Worker::of(&redis, options));
    refused.begin("a", "first");
    refused.go("a", "first");
    redis.pause();
    refused.say("call b key");
    refused.hear("> b err `gated` did not run");
    redis.resume();
    other.begin("c", "key");
    other.go("c", "its");
}
