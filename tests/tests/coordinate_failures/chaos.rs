//! Faults at random, one after the other: `RETRY_CHAOS_SECONDS` says for how long (20 unless set), `RETRY_CHAOS_SEED` which.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    thread,
    time::{Duration, Instant},
};

use retry_tests::servers::{Redis, Sentinel};

use crate::{has_slots, member::Member, wait_until};

/// Numbers that follow from a seed: `SplitMix64` (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// Lets some time go by: nothing is measured by it.
    fn pause(&mut self, most_millis: u64) {
        thread::sleep(Duration::from_millis(self.below(most_millis)));
    }
}

fn seconds() -> Duration {
    let set = env::var("RETRY_CHAOS_SECONDS").map(|seconds| seconds.parse().expect("a number of seconds"));
    Duration::from_secs(set.unwrap_or(20))
}

fn seed() -> u64 {
    let set = env::var("RETRY_CHAOS_SEED").map(|seed| seed.parse().expect("a number"));
    set.unwrap_or_else(|_| RandomState::new().hash_one(()))
}

/// Faults until the time is over; then all is mended, and the member's calls were and are well.
fn survives(mut member: Member, mut fault: impl FnMut(&mut Chance), is_mended: impl Fn() -> bool) {
    let seed = seed();
    println!("RETRY_CHAOS_SEED={seed}");
    let (mut chance, start) = (Chance(seed), Instant::now());
    wait_until("slots are reserved", &is_mended);
    while start.elapsed() < seconds() {
        chance.pause(1_000);
        fault(&mut chance);
    }
    member.goes_on();
    // By then it has told of all that it noticed: while it is gone, nothing is reserved.
    wait_until("slots are reserved again", is_mended);
    member.is_whole();
}

#[test]
fn of_one_redis() {
    let redis = Redis::start();
    let member = Member::calling_by_default(&["redis", &redis.url()]);
    let fault = |chance: &mut Chance| match chance.below(5) {
        0 => {
            redis.kill();
            chance.pause(2_000);
            redis.restart();
        }
        1 => {
            redis.pause();
            chance.pause(2_000);
            redis.resume();
        }
        2 => redis.restart_empty(),
        3 => drop(redis.tell("CLIENT KILL TYPE normal SKIPME yes")),
        _ => {
            redis.tell("CONFIG SET maxmemory 1").expect("it answers");
            chance.pause(500);
            redis.tell("CONFIG SET maxmemory 0").expect("it answers");
        }
    };
    survives(member, fault, || has_slots(&redis));
}

#[test]
fn of_a_master_and_its_replica() {
    let servers = Sentinel::start();
    let member = Member::calling_by_default(&["sentinel", &servers.url(), servers.name()]);
    let fault = |chance: &mut Chance| {
        let master = servers.master();
        match chance.below(3) {
            0 => {
                master.kill();
                chance.pause(3_000);
                master.restart();
            }
            1 => {
                master.pause();
                chance.pause(3_000);
                master.resume();
            }
            _ => drop(master.tell("CLIENT KILL TYPE normal SKIPME yes")),
        }
        servers.wait_until_whole();
    };
    survives(member, fault, || has_slots(servers.master()));
}
