//! The presets of DESIGN.md as constants.

use retry_rules::{DEFAULT_MAX_RETRY_AFTER, Preset, presets};

use super::{RetryPolicy, span::Span};

const fn policy(preset: &Preset) -> RetryPolicy {
    RetryPolicy::of_preset(preset)
}

impl RetryPolicy {
    pub(crate) const fn of_preset(preset: &Preset) -> Self {
        Self {
            name: preset.name,
            schedule: preset.schedule,
            max_retry_after: DEFAULT_MAX_RETRY_AFTER,
            max_total_delay: None,
            slot_count: preset.slot_count,
            slot_width: Span::of(preset.slot_width),
            coordinated: true,
            idempotency_ttl: Span::of(preset.idempotency_ttl),
        }
    }
}

/// The presets. All are exponential and honour server hints of up to a minute.
impl RetryPolicy {
    /// 3 attempts, 100 ms doubling up to 10 s, ±10 %: for most calls.
    pub const DEFAULT: Self = policy(&presets::DEFAULT);
    /// 5 attempts, 50 ms growing by half up to 5 s, ±10 %: cheap calls whose failure is costly.
    pub const AGGRESSIVE: Self = policy(&presets::AGGRESSIVE);
    /// 2 attempts, 500 ms, ±5 %: expensive calls, fragile servers.
    pub const CONSERVATIVE: Self = policy(&presets::CONSERVATIVE);
    /// 5 attempts, 1 s doubling up to 30 s, ±10 %: HTTP APIs behind a gateway.
    pub const HTTP: Self = policy(&presets::HTTP);
    /// 10 attempts, 1 s doubling up to 30 s, ±10 %: connecting to a broker that restarts.
    pub const RABBITMQ: Self = policy(&presets::RABBITMQ);
    /// 3 attempts, 500 ms doubling up to 5 s, ±50 %: database calls.
    pub const DATABASE: Self = policy(&presets::DATABASE);
    /// 3 attempts, 1 s doubling up to 10 s, ±50 %: publishing events.
    pub const KAFKA: Self = policy(&presets::KAFKA);
    /// 3 attempts, 1 s doubling up to 10 s, ±10 %: running a task.
    pub const WORKER: Self = policy(&presets::WORKER);
    /// 5 attempts, 500 ms doubling up to 5 s, ±10 %: storage.
    pub const STORAGE: Self = policy(&presets::STORAGE);
    /// 3 attempts, 1 s doubling up to 8 s, ±10 %: scheduling.
    pub const SCHEDULER: Self = policy(&presets::SCHEDULER);
    /// 4 attempts, 1 s doubling up to 15 s, ±10 %: third-party APIs.
    pub const API: Self = policy(&presets::API);
    /// 3 attempts, 100 ms doubling up to 1 s, ±10 %: in-memory stores.
    pub const MEMORY: Self = policy(&presets::MEMORY);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Backoff, Jitter};

    /// Name, policy, attempts, initial and longest delay in ms, base, jitter, slots, slot width in ms,
    /// idempotency TTL in minutes.
    type Row = (&'static str, RetryPolicy, u32, u64, u64, f64, f64, u32, u64, u64);

    #[rustfmt::skip]
    const TABLE: [Row; 12] = [
        ("default",      RetryPolicy::DEFAULT,       3,   100, 10_000, 2.0, 0.1,  10, 100,  60),
        ("aggressive",   RetryPolicy::AGGRESSIVE,    5,    50,  5_000, 1.5, 0.1,  20,  50,  30),
        ("conservative", RetryPolicy::CONSERVATIVE,  2,   500, 15_000, 2.0, 0.05,  5, 200, 120),
        ("http",         RetryPolicy::HTTP,          5, 1_000, 30_000, 2.0, 0.1,  10, 100,  60),
        ("rabbitmq",     RetryPolicy::RABBITMQ,     10, 1_000, 30_000, 2.0, 0.1,  10, 100,  60),
        ("database",     RetryPolicy::DATABASE,      3,   500,  5_000, 2.0, 0.5,  10, 100,  60),
        ("kafka",        RetryPolicy::KAFKA,         3, 1_000, 10_000, 2.0, 0.5,  10, 100,  60),
        ("worker",       RetryPolicy::WORKER,        3, 1_000, 10_000, 2.0, 0.1,  10, 100,  60),
        ("storage",      RetryPolicy::STORAGE,       5,   500,  5_000, 2.0, 0.1,  10, 100,  60),
        ("scheduler",    RetryPolicy::SCHEDULER,     3, 1_000,  8_000, 2.0, 0.1,  10, 100,  60),
        ("api",          RetryPolicy::API,           4, 1_000, 15_000, 2.0, 0.1,  10, 100,  60),
        ("memory",       RetryPolicy::MEMORY,        3,   100,  1_000, 2.0, 0.1,  10, 100,  60),
    ];

    #[test]
    fn every_preset_has_the_figures_of_the_design() {
        for (name, policy, attempts, initial, max, base, jitter, slots, width, ttl) in TABLE {
            assert_eq!(policy.max_attempts(), Some(attempts), "{name}");
            assert_eq!(policy.initial_delay(), Duration::from_millis(initial), "{name}");
            assert_eq!(policy.max_delay(), Duration::from_millis(max), "{name}");
            assert_eq!(policy.backoff(), Backoff::Exponential, "{name}");
            assert_eq!(policy.exponential_base().to_bits(), base.to_bits(), "{name}");
            assert_eq!(policy.jitter(), Jitter::Factor(jitter), "{name}");
            assert_eq!(policy.slot_count(), slots, "{name}");
            assert_eq!(policy.slot_width(), Duration::from_millis(width), "{name}");
            assert_eq!(policy.idempotency_ttl(), Duration::from_secs(ttl * 60), "{name}");
        }
    }

    #[test]
    fn every_preset_honours_a_minute_of_server_hint_and_has_no_time_limit() {
        for (name, policy, ..) in TABLE {
            assert_eq!(policy.max_retry_after(), Duration::from_secs(60), "{name}");
            assert_eq!(policy.max_elapsed(), None, "{name}");
            assert_eq!(policy.max_total_delay(), None, "{name}");
        }
    }

    #[test]
    fn the_attribute_and_the_constants_mean_the_same_presets() {
        assert_eq!(presets::PRESETS.len(), TABLE.len());
        for (name, expected, ..) in TABLE {
            let preset = presets::find(name).unwrap_or_else(|| panic!("no preset {name}"));
            assert_eq!(policy(preset), expected, "{name}");
        }
    }
}
