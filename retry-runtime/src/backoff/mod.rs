//! Pure delay maths: the schedule's delay, the server's hint, the jitter. No clock, no state.

mod hint;
mod spread;

use rand::Rng;
use retry_rules::{Jitter, Schedule, duration::nanos};

pub(crate) use hint::wait_for_hint;

/// Nanoseconds to wait after failed attempt number `attempt`, jitter included, at most `max_delay`.
pub(crate) fn wait(schedule: &Schedule, attempt: u32, previous: Option<u64>, rng: &mut dyn Rng) -> u64 {
    let max = nanos(schedule.max_delay);
    match schedule.jitter {
        Jitter::Decorrelated => {
            let initial = nanos(schedule.initial_delay);
            spread::between(initial, previous.unwrap_or(initial).saturating_mul(3), max, rng)
        }
        jitter => spread::around(schedule.delay_after(attempt), jitter, max, rng),
    }
}
