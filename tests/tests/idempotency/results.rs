//! Results that other processes are given.

use retry_tests::servers::Redis;

use crate::{
    fleet::Worker,
    records::{self, await_result},
};

#[test]
fn a_result_that_is_too_large_is_told_and_never_made_again() {
    let redis = Redis::start();
    let (mut first, mut other) = (Worker::of(&redis, "--limit 9"), Worker::of(&redis, ""));
    first.begin("a", "key");
    first.go("a", "0123456789");
    first.hear("gated succeeded, but its result is not kept (it has 11 bytes, 9 are allowed)");
    for worker in [&mut first, &mut other] {
        worker.say("call b key");
        worker.hear("> b err `gated` did not run: an earlier call with the same idempotency key succeeded");
    }
    assert_eq!(records::only(&redis).as_deref(), Some(&b"N"[..]));
    first.begin("c", "another");
    first.go("c", "01234567");
    other.say("call d another");
    other.hear("> d ok 01234567");
}

#[test]
fn a_result_of_another_version_is_made_again_with_a_warning() {
    let redis = Redis::start();
    let (mut old, mut new) = (Worker::of(&redis, ""), Worker::of(&redis, ""));
    old.begin("a", "key");
    old.go("a", "secret");
    new.say("call-number b key");
    new.hear("gated runs again: the result kept of an earlier call cannot be read (it is of another type)");
    new.hear("> b begins");
    new.go("b", "42");
    assert!(!new.has_said("secret"), "{}", new.all());
    // The old version knows its own result yet; a third process has none.
    let mut third = Worker::of(&redis, "");
    third.say("call-number c key");
    third.hear("> c ok 42");
}

/// Two versions at the same time: the newer one turns the older one's result down, and does not take a claim for one.
#[test]
fn a_result_that_was_turned_down_is_made_again_once() {
    let redis = Redis::start();
    let (mut old, mut new, mut newer) =
        (Worker::of(&redis, ""), Worker::of(&redis, ""), Worker::of(&redis, ""));
    old.begin("a", "key");
    old.go("a", "text");
    new.say("call-number b key");
    new.hear("> b begins");
    newer.say("call-number c key");
    new.go("b", "42");
    newer.hear("> c ok 42");
    assert!(!newer.has_said("begins"), "{}", newer.all());
}

#[test]
fn what_somebody_else_wrote_under_the_name_is_no_result() {
    let redis = Redis::start();
    let mut worker = Worker::of(&redis, "");
    worker.begin("a", "key");
    worker.go("a", "mine");
    let name = records::names(&redis).remove(0);
    for (number, garbage) in [&b""[..], b"D", b"X\xff\xff", b"D\xc1\xc1", b"\0"].into_iter().enumerate() {
        let _: () =
            redis::Commands::set(&mut records::connection(&redis), &name, garbage).expect("it is written");
        let mut other = Worker::of(&redis, "");
        let call = format!("b{number}");
        other.begin(&call, "key");
        other.go(&call, "anew");
        await_result(&redis, "anew");
    }
}

/// Without a server, installed or not: keys hold in the process.
#[test]
fn one_process_needs_no_redis() {
    for command_line in ["memory", "none"] {
        let mut worker = Worker::start(command_line);
        worker.begin("a", "key");
        for kind in ["call", "call-blocking", "call-local"] {
            worker.say(&format!("{kind} {kind}-b key"));
        }
        worker.go("a", "first");
        for kind in ["call", "call-blocking", "call-local"] {
            worker.hear(&format!("> {kind}-b ok first"));
        }
        assert_eq!(worker.count("begins"), 1, "{}", worker.all());
    }
}
