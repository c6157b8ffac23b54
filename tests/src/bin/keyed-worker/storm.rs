//! Thousands of keyed calls, in a process that may be killed at any moment and started again.
//!
//! Each body does its effect at a Redis of its own: it adds a line to the list `effects:KEY`, which says who did it. When a
//! call is over, what it returned is in the set `seen:KEY`, and the key in `over:WORKER`, so that the next process of this
//! worker makes those calls only that are not over.

use std::{collections::HashSet, io, process, sync::Arc, time::Duration};

use redis::{AsyncCommands as _, aio::MultiplexedConnection};
use retry_runtime::retry;
use retry_tests::storm::{ABREAST, Chance, keys_of};
use tokio::{sync::Mutex, task::JoinSet, time::sleep};

use crate::say;

/// Makes all calls of this worker that are not over.
pub(crate) async fn rage(url: String, worker: u64, seed: u64) {
    let client = redis::Client::open(url).expect("the address");
    let mut effects = client.get_multiplexed_async_connection().await.expect("a connection");
    let over: HashSet<u64> = effects.smembers(format!("over:{worker}")).await.expect("what is over");
    let keys: Vec<u64> = keys_of(worker, seed).into_iter().rev().filter(|key| !over.contains(key)).collect();
    let keys = Arc::new(Mutex::new(keys));
    let mut tasks = JoinSet::new();
    for task in 0..ABREAST {
        let (mut effects, keys) = (effects.clone(), keys.clone());
        let mut chance = Chance::of(seed ^ u64::from(process::id()) << 8 ^ task);
        tasks.spawn(async move {
            loop {
                let Some(key) = keys.lock().await.pop() else { break };
                match charge(key, &mut effects.clone(), &mut chance).await {
                    Ok(value) => note(&mut effects, key, worker, &value).await,
                    Err(error) => say(&format!("failed: {key}: {error}")),
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("no task panics");
    }
    say("storm is over");
}

async fn note(effects: &mut MultiplexedConnection, key: u64, worker: u64, value: &str) {
    let mut both = redis::pipe();
    both.atomic().sadd(format!("seen:{key}"), value).sadd(format!("over:{worker}"), key);
    let () = both.query_async(effects).await.expect("it is noted");
}

#[retry(operation = "charge", idempotency_key = key, max_attempts = 20, initial_delay = "5ms", max_delay = "20ms")]
async fn charge(key: u64, effects: &mut MultiplexedConnection, chance: &mut Chance) -> io::Result<String> {
    // Most are quick, some are in the middle of something when they are killed.
    sleep(Duration::from_millis(chance.below(3))).await;
    if chance.below(10) == 0 {
        return Err(io::Error::other("it is flaky"));
    }
    let value = format!("{}:{:x}", process::id(), chance.draw());
    let () = effects.rpush(format!("effects:{key}"), &value).await.map_err(io::Error::other)?;
    let longer = if chance.below(50) == 0 { 200 } else { 3 };
    sleep(Duration::from_millis(chance.below(longer))).await;
    Ok(value)
}
