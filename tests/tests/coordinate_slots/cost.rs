//! What coordination asks of a Redis: one question a retry, none a success.

use retry_tests::{
    servers::Redis,
    worker::{Calls, Worker},
};

use crate::{alone, worker};

/// How often a Redis was asked for something, by its own count.
fn calls_of(redis: &Redis, command: &str) -> u64 {
    let statistics = redis.tell("INFO commandstats").expect("it answers");
    let begin = format!("cmdstat_{command}:calls=");
    let line = statistics.lines().find_map(|line| line.strip_prefix(&begin));
    line.and_then(|line| line.split(',').next()).map_or(0, |calls| calls.parse().expect("a number"))
}

/// Asked once, the script is known to the server.
fn warmed(redis: &Redis) -> Worker {
    let mut process = worker(&["redis", &redis.url(), "--timeout", "2000"]);
    process.say("calls blocking 1 0");
    process.hear("called");
    redis.tell("CONFIG RESETSTAT").expect("it answers");
    process
}

#[test]
fn a_retry_costs_one_round_trip() {
    let _alone = alone();
    let redis = Redis::start();
    let mut process = warmed(&redis);
    process.say("calls multi-thread 50 1");
    let calls = Calls::read(&process.hear("called"));
    assert_eq!((calls.made, calls.failed), (50, 0));
    // Each of them retries twice.
    assert_eq!(calls_of(&redis, "evalsha"), 100, "{}", redis.tell("INFO commandstats").unwrap());
    assert_eq!(calls_of(&redis, "eval") + calls_of(&redis, "script|load"), 0);
}

#[test]
fn a_success_costs_none() {
    let _alone = alone();
    let redis = Redis::start();
    let mut process = warmed(&redis);
    process.say("succeed 1000");
    process.hear("succeeded");
    assert_eq!(calls_of(&redis, "evalsha"), 0, "{}", redis.tell("INFO commandstats").unwrap());
}
