//! Waits that a server asked for.

use rand::Rng;
use retry_rules::{Jitter, Schedule, duration::nanos};

use super::spread;

/// Nanoseconds to wait when the server asked for `hint`, at most `max_retry_after`: never less than
/// the hint. Where the policy's own delay is the longer one, it decides, within `max_delay`; where the
/// hint is, its jitter goes upward within `max_retry_after`.
pub(crate) fn wait_for_hint(
    schedule: &Schedule,
    attempt: u32,
    previous: Option<u64>,
    hint: u64,
    max_retry_after: u64,
    rng: &mut dyn Rng,
) -> u64 {
    let delay = schedule.delay_after(attempt);
    if hint == 0 {
        return super::wait(schedule, attempt, previous, rng);
    }
    if delay >= hint {
        let wait = super::wait(schedule, attempt, previous, rng);
        if wait >= hint {
            return wait;
        }
        // The jitter went below what the server asked for: draw again, above it.
        return spread::between(hint, delay, nanos(schedule.max_delay), rng);
    }
    let room = match schedule.jitter {
        Jitter::Factor(factor) => spread::scale(hint, factor),
        Jitter::Full | Jitter::Decorrelated => delay,
        Jitter::Equal => delay / 2,
        _ => 0,
    };
    spread::between(hint, hint.saturating_add(room), max_retry_after, rng)
}
