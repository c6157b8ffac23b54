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
            spread::between(nanos(schedule.initial_delay), tripled(schedule, previous), max, rng)
        }
        jitter => spread::around(schedule.delay_after(attempt), jitter, max, rng),
    }
}

/// The end of the range that decorrelated jitter draws from.
fn tripled(schedule: &Schedule, previous: Option<u64>) -> u64 {
    previous.unwrap_or(nanos(schedule.initial_delay)).saturating_mul(3)
}
