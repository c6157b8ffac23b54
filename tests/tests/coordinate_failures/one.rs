//! A Redis alone.

use std::{thread, time::Duration};

use retry_tests::servers::Redis;

use crate::{has_slots, member::Member, replaced::Way, wait_until};

fn survives(fault: impl FnOnce(&Redis, &mut Member)) {
    let redis = Redis::start();
    let mut member = Member::calling(&["redis", &redis.url()]);
    wait_until("slots are reserved", || has_slots(&redis));
    fault(&redis, &mut member);
    member.recovered(1);
    wait_until("slots are reserved again", || has_slots(&redis));
    member.goes_on();
    member.is_well(1);
}

#[test]
fn that_is_killed() {
    survives(|redis, member| {
        redis.kill();
        member.warned(1);
        member.goes_on();
        redis.restart();
    });
}

#[test]
fn that_is_restarted_empty() {
    survives(|redis, member| {
        redis.restart_empty();
        member.warned(1);
    });
}

#[test]
fn that_is_paused_for_ten_seconds() {
    survives(|redis, member| {
        redis.pause();
        member.warned(1);
        member.goes_on();
        thread::sleep(Duration::from_secs(10));
        member.goes_on();
        redis.resume();
    });
}

#[test]
fn whose_host_was_replaced() {
    let redis = Redis::start();
    let way = Way::to(redis.address());
    let mut member = Member::calling(&["redis", &redis.url_through(way.port())]);
    wait_until("slots are reserved", || has_slots(&redis));
    way.replace_host();
    member.warned(1);
    member.recovered(1);
    member.goes_on();
    member.is_well(1);
}

#[test]
fn that_was_not_there_when_the_program_began() {
    let redis = Redis::start();
    redis.stop();
    let mut member = Member::calling(&["redis", &redis.url()]);
    member.warned(1);
    member.goes_on();
    redis.start_again();
    member.recovered(1);
    wait_until("slots are reserved", || has_slots(&redis));
    member.is_well(1);
}

/// As load balancers do, and a Redis whose `timeout` is over: that is no outage.
#[test]
fn that_closes_connections() {
    let redis = Redis::start();
    let mut member = Member::calling(&["redis", &redis.url()]);
    wait_until("slots are reserved", || has_slots(&redis));
    for _ in 0..3 {
        redis.tell("CLIENT KILL TYPE normal SKIPME yes").expect("it answers");
        redis.tell("FLUSHALL").expect("it answers");
        member.goes_on();
        wait_until("slots are reserved again", || has_slots(&redis));
    }
    member.is_well(0);
}

/// Whoever has nothing to say for long is hung up on; what it says next is heard all the same.
#[test]
fn that_closes_idle_connections() {
    let redis = Redis::start();
    let mut member = Member::start(&["redis", &redis.url()]);
    for _ in 0..3 {
        member.worker().say("calls blocking 2 0");
        assert!(member.worker().hear("called").starts_with("2 0 "));
        redis.tell("CLIENT KILL TYPE normal SKIPME yes").expect("it answers");
    }
    member.worker().say("load blocking 1");
    member.is_well(0);
}

#[test]
fn whose_coordinator_is_uninstalled_is_let_go() {
    let redis = Redis::start();
    let mut member = Member::calling(&["redis", &redis.url()]);
    for _ in 0..2 {
        wait_until("slots are reserved", || has_slots(&redis));
        member.worker().say("uninstall");
        member.worker().hear("uninstalled");
        // But for the one that asks.
        let others = || {
            let clients = redis.tell("CLIENT LIST").expect("it answers");
            clients.lines().filter(|line| line.starts_with("id=")).count() - 1
        };
        wait_until("its connections are closed", || others() == 0);
        member.goes_on();
        member.worker().say("reinstall");
        member.worker().hear("installed");
    }
    wait_until("slots are reserved again", || has_slots(&redis));
    member.is_well(0);
}
