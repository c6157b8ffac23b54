//! The named presets and their figures, as in DESIGN.md, which takes them from the services the
//! product comes from.

use core::time::Duration;

use crate::{Backoff, Jitter, Schedule};

/// A named policy.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name in code, `aggressive`.
    pub name: &'static str,
    /// When to try again.
    pub schedule: Schedule,
    /// How many retry slots a coordinator spreads over.
    pub slot_count: u32,
    /// How wide one slot is.
    pub slot_width: Duration,
    /// How long a finished idempotency key is remembered.
    pub idempotency_ttl: Duration,
}

impl Preset {
    const fn new(
        name: &'static str,
        attempts: u32,
        initial_ms: u64,
        max_ms: u64,
        base: f64,
        jitter: f64,
    ) -> Self {
        Self {
            name,
            schedule: Schedule {
                max_attempts: attempts,
                initial_delay: Duration::from_millis(initial_ms),
                max_delay: Duration::from_millis(max_ms),
                backoff: Backoff::Exponential,
                exponential_base: base,
                jitter: Jitter::Factor(jitter),
                max_elapsed: None,
            },
            slot_count: 10,
            slot_width: Duration::from_millis(100),
            idempotency_ttl: Duration::from_secs(3600),
        }
    }

    const fn slots(mut self, count: u32, width_ms: u64) -> Self {
        self.slot_count = count;
        self.slot_width = Duration::from_millis(width_ms);
        self
    }

    const fn ttl_minutes(mut self, minutes: u64) -> Self {
        self.idempotency_ttl = Duration::from_secs(60 * minutes);
        self
    }
}

/// `default`.
pub const DEFAULT: Preset = Preset::new("default", 3, 100, 10_000, 2.0, 0.1);
/// `aggressive`.
pub const AGGRESSIVE: Preset =
    Preset::new("aggressive", 5, 50, 5_000, 1.5, 0.1).slots(20, 50).ttl_minutes(30);
/// `conservative`.
pub const CONSERVATIVE: Preset =
    Preset::new("conservative", 2, 500, 15_000, 2.0, 0.05).slots(5, 200).ttl_minutes(120);
/// `http`.
pub const HTTP: Preset = Preset::new("http", 5, 1_000, 30_000, 2.0, 0.1);
/// `rabbitmq`.
pub const RABBITMQ: Preset = Preset::new("rabbitmq", 10, 1_000, 30_000, 2.0, 0.1);
/// `database`.
pub const DATABASE: Preset = Preset::new("database", 3, 500, 5_000, 2.0, 0.5);
/// `kafka`.
pub const KAFKA: Preset = Preset::new("kafka", 3, 1_000, 10_000, 2.0, 0.5);
/// `worker`.
pub const WORKER: Preset = Preset::new("worker", 3, 1_000, 10_000, 2.0, 0.1);
/// `storage`.
pub const STORAGE: Preset = Preset::new("storage", 5, 500, 5_000, 2.0, 0.1);
/// `scheduler`.
pub const SCHEDULER: Preset = Preset::new("scheduler", 3, 1_000, 8_000, 2.0, 0.1);
/// `api`.
pub const API: Preset = Preset::new("api", 4, 1_000, 15_000, 2.0, 0.1);
/// `memory`.
pub const MEMORY: Preset = Preset::new("memory", 3, 100, 1_000, 2.0, 0.1);

/// All presets, in the order of DESIGN.md.
pub const PRESETS: [Preset; 12] = [
    DEFAULT,
    AGGRESSIVE,
    CONSERVATIVE,
    HTTP,
    RABBITMQ,
    DATABASE,
    KAFKA,
    WORKER,
    STORAGE,
    SCHEDULER,
    API,
    MEMORY,
];

/// The preset called `name`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_keeps_the_rules() {
        for preset in &PRESETS {
            assert_eq!(preset.schedule.fault(), None, "{}", preset.name);
        }
    }

    #[test]
    fn presets_are_found_by_name() {
        assert_eq!(find("aggressive").map(|preset| preset.slot_count), Some(20));
        assert!(find("Aggressive").is_none());
    }
}
