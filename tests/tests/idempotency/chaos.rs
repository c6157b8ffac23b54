//! Thousands of keyed calls from processes that are killed at any moment: each effect is done once for each key, or twice
//! where a process was killed between its effect and the record of it, which nobody can help.

use std::{
    collections::{BTreeSet, HashMap},
    env, thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use redis::Commands as _;
use retry_tests::{
    servers::Redis,
    storm::{Chance, KEYS, WORKERS, keys_of},
};

use crate::{
    fleet::Worker,
    records::{self, connection, is_result},
};

/// How many processes are killed: about as many as have the time to.
const KILLS: u64 = 40;

/// The seed that `RETRY_CHAOS_SEED` says, or one of the hour's own.
fn seed() -> u64 {
    env::var("RETRY_CHAOS_SEED").map_or_else(
        |_| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| u64::from(now.subsec_nanos())),
        |seed| seed.parse().expect("RETRY_CHAOS_SEED is a number"),
    )
}

/// `RETRY_CHAOS_ROUNDS` of them, one unless it says more.
#[test]
fn every_effect_is_done_once_for_each_key_whoever_is_killed() {
    let rounds = env::var("RETRY_CHAOS_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number"));
    let seed = seed();
    for seed in (seed..).take(rounds) {
        println!("RETRY_CHAOS_SEED={seed}");
        storm(seed);
    }
}

fn storm(seed: u64) {
    let (redis, effects) = (Redis::start(), Redis::start());
    let start = |worker: u64| {
        let mut process = Worker::of(&redis, "--lease 1000 --timeout 1000");
        process.say(&format!("storm {} {worker} {seed}", effects.url()));
        process
    };
    let mut chance = Chance::of(seed);
    let mut workers: Vec<Worker> = (0..WORKERS).map(start).collect();
    let (mut killed, mut paused) = (BTreeSet::new(), 0);
    while killed.len() < usize::try_from(KILLS).expect("a number") {
        // Random moments: what they are is of no account.
        thread::sleep(Duration::from_millis(chance.below(300)));
        let worker = chance.below(WORKERS);
        let victim = &mut workers[usize::try_from(worker).expect("an index")];
        if victim.has_said("storm is over") {
            break;
        }
        paused += judge(victim);
        victim.kill();
        killed.insert(victim.id());
        *victim = start(worker);
    }
    for worker in &workers {
        worker.hear("> storm is over");
        paused += judge(worker);
    }
    account(&redis, &effects, &killed, paused);
}

/// No call failed. How often it was paused for longer than its lease, as a machine that is too busy does to it.
fn judge(worker: &Worker) -> usize {
    assert!(!worker.has_said("> failed") && !worker.has_said("panicked"), "{}", worker.all());
    worker.count("ran, and so did another call")
}

fn account(redis: &Redis, effects: &Redis, killed: &BTreeSet<u32>, paused: usize) {
    let mut effects = connection(effects);
    let calls: usize =
        (0..WORKERS).map(|worker| effects.scard::<_, usize>(format!("over:{worker}")).expect("calls")).sum();
    assert_eq!(calls, (0..WORKERS).map(|worker| keys_of(worker, 0).len()).sum::<usize>());
    let stored = records::all(redis);
    assert_eq!(stored.len() as u64, KEYS, "each key has its result");
    let stored: HashMap<String, &Vec<u8>> = stored.iter().map(|record| (text(record), record)).collect();
    let written = records::written(redis);
    let (mut in_the_window, mut by_the_paused) = (0, 0);
    for key in 0..KEYS {
        let done: Vec<String> = effects.lrange(format!("effects:{key}"), 0, -1).expect("what was done");
        let seen: Vec<String> = effects.smembers(format!("seen:{key}")).expect("what callers saw");
        let counts = |value: &&String| stored.get(*value).is_some_and(|record| is_result(record, value));
        let result: Vec<&String> = done.iter().filter(counts).collect();
        assert_eq!(result.len(), 1, "{key}: the result is of one effect: {done:?}, {seen:?}");
        assert!(seen.contains(result[0]), "{key}: somebody saw it: {done:?}, {seen:?}");
        for more in done.iter().filter(|value| *value != result[0]) {
            let by: u32 = more.split(':').next().and_then(|id| id.parse().ok()).expect("who did it");
            // Whoever was killed had told nobody, and had not come to record it: what was recorded is not done again.
            if killed.contains(&by) && !seen.contains(more) && !records::has(&written, more) {
                in_the_window += 1;
            } else {
                by_the_paused += 1;
            }
        }
    }
    println!(
        "{calls} calls of {KEYS} keys, {} processes killed: {in_the_window} effects were done again, for their process \
         was killed before they were recorded; {by_the_paused} by processes that were paused for too long",
        killed.len()
    );
    assert!(
        by_the_paused <= paused,
        "{by_the_paused} effects were done again by the living, {paused} were paused"
    );
}

/// The result in a record: it is the text behind the first letter and that of its length.
fn text(record: &[u8]) -> String {
    let start = record.iter().skip(1).position(u8::is_ascii_digit).map_or(0, |place| place + 1);
    String::from_utf8_lossy(&record[start..]).into_owned()
}
