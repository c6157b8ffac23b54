//! Redis goes away: calls run anyway, or are refused, as the user chose.

use retry_tests::servers::Redis;

use crate::{
    fleet::Worker,
    records::{self, await_claim, await_more_scripts, await_result, scripts_run},
};

/// As after a disk that was lost.
fn restart_empty(redis: &Redis) {
    redis.kill();
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
    // It is no renewal that is due: those are seven seconds apart.
    let (mut owner, mut other) = (Worker::of(&redis, "--lease 20000"), Worker::of(&redis, "--lease 20000"));
    owner.begin("a", "key");
    let claim = records::only(&redis);
    let asked = scripts_run(&redis);
    other.say("call b key");
    await_more_scripts(&redis, asked);
    restart_empty(&redis);
    await_claim(&redis);
    assert_eq!(records::only(&redis), claim, "its own claim, as before");
    owner.go("a", "first");
    other.hear("> b ok first");
    assert!(!other.has_said("begins"), "{}", other.all());
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
