//! Redis servers that are killed, paused, restarted empty and failed over while a fleet retries: no call fails because
//! of it, none waits for longer than it may, and what was coordinated is again.
#![deny(warnings, clippy::all)]

mod chaos;
mod cluster;
mod member;
mod one;
mod replaced;
mod secrets;
mod sentinel;
mod strangers;
mod tls;

use std::{thread, time::Duration, time::Instant};

use retry_tests::servers::Redis;

/// Asks again and again until the answer is yes. A minute is a limit, never a measure.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "a minute went by, and not {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether somebody reserves slots in it.
fn has_slots(redis: &Redis) -> bool {
    redis.tell("KEYS test:*:slots:*").is_ok_and(|keys| !keys.starts_with("*0"))
}
