//! What a Redis holds of idempotency keys.

use std::{
    thread,
    time::{Duration, Instant},
};

use redis::Commands as _;
use retry_tests::servers::Redis;

use crate::fleet::PATIENCE;

/// Looks into a Redis, over a connection of its own.
pub(crate) fn connection(redis: &Redis) -> redis::Connection {
    let client = redis::Client::open(redis.url()).expect("the address");
    client.get_connection().expect("a connection")
}

/// The names of all records.
pub(crate) fn names(redis: &Redis) -> Vec<String> {
    connection(redis).keys("retry:*:idempotency:*").expect("the names")
}

/// All records: `R` and a token, `D` and a result, or `N`.
pub(crate) fn all(redis: &Redis) -> Vec<Vec<u8>> {
    let names = names(redis);
    let mut connection = connection(redis);
    let records =
        names.iter().filter_map(|name| connection.get::<_, Option<Vec<u8>>>(name).expect("a record"));
    records.collect()
}

/// The one there is, if there is one.
pub(crate) fn only(redis: &Redis) -> Option<Vec<u8>> {
    let records = all(redis);
    assert!(records.len() < 2, "{records:?}");
    records.into_iter().next()
}

/// All that was ever written, as the server's own log has it.
pub(crate) fn written(redis: &Redis) -> Vec<u8> {
    let files = std::fs::read_dir(redis.directory().join("appendonlydir")).expect("what it has written");
    files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("a file")).collect()
}

/// Whether `words` are among what was written.
pub(crate) fn has(written: &[u8], words: &str) -> bool {
    written.windows(words.len()).any(|some| some == words.as_bytes())
}

/// Waits until the only record says that `value` was returned.
pub(crate) fn await_result(redis: &Redis, value: &str) {
    await_record(redis, |record| is_result(record, value));
}

/// Waits until the only record says that a call runs.
pub(crate) fn await_claim(redis: &Redis) {
    await_record(redis, |record| record.first() == Some(&b'R'));
}

/// Whether it says that `value` was returned.
pub(crate) fn is_result(record: &[u8], value: &str) -> bool {
    record.first() == Some(&b'D') && record.ends_with(value.as_bytes())
}

/// Waits until there are so many records.
pub(crate) fn await_results(redis: &Redis, count: usize) {
    let start = Instant::now();
    while names(redis).len() < count {
        assert!(start.elapsed() < PATIENCE, "there are {}", names(redis).len());
        thread::sleep(Duration::from_millis(5));
    }
}

/// How many scripts it has run.
pub(crate) fn scripts_run(redis: &Redis) -> u64 {
    let stats: String =
        redis::cmd("INFO").arg("commandstats").query(&mut connection(redis)).expect("its figures");
    let calls = stats.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
    calls.and_then(|calls| calls.split(',').next()).map_or(0, |calls| calls.parse().expect("a number"))
}

/// Waits until it has run more than these.
pub(crate) fn await_more_scripts(redis: &Redis, than: u64) {
    let start = Instant::now();
    while scripts_run(redis) <= than {
        assert!(start.elapsed() < PATIENCE, "nobody asks");
        thread::sleep(Duration::from_millis(5));
    }
}

fn await_record(redis: &Redis, is_it: impl Fn(&[u8]) -> bool) {
    let start = Instant::now();
    loop {
        let record = only(redis);
        if record.as_deref().is_some_and(&is_it) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "it is {record:?}");
        thread::sleep(Duration::from_millis(5));
    }
}
