//! The presets of DESIGN.md as constants.

use retry_rules::{DEFAULT_MAX_RETRY_AFTER, Preset, presets};

use super::RetryPolicy;

const fn policy(preset: &Preset) -> RetryPolicy {
    RetryPolicy {
        schedule: preset.schedule,
        max_retry_after: DEFAULT_MAX_RETRY_AFTER,
        max_total_delay: None,
        slot_count: preset.slot_count,
        slot_width: preset.slot_width,
        idempotency_ttl: preset.idempotency_ttl,
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
