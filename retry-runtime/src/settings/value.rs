//! The values of settings: read from what a source holds, checked by the rules of the attribute, shown, applied.

use std::{fmt, time::Duration};

use retry_rules::{Fault, Text, duration, presets};

use super::field::{JITTER_FACTOR, unknown_one};
use crate::{
    Backoff, Jitter,
    policy::{Draft, Field},
};

/// What a source holds, before it is understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    Text(String),
    Whole(i128),
    Number(f64),
    #[cfg_attr(
        not(any(feature = "settings-json", feature = "settings-toml", feature = "settings-yaml")),
        allow(dead_code, reason = "made by the formats of files")
    )]
    Switch(bool),
    /// A list, a table, nothing.
    Other(String),
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Switch(switch) => switch.fmt(f),
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

/// A value of a field, right by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Count(u32),
    Unlimited,
    Time(Duration),
    Backoff(Backoff),
    Base(f64),
    Jitter(Jitter),
    /// Of `coordinated`; of `jitter`, which keeps its factor.
    Switch(bool),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => f.pad(&count.to_string()),
            Self::Unlimited => f.pad("unlimited"),
            Self::Time(time) => f.pad(Text::new().duration(*time).as_str()),
            Self::Backoff(backoff) => f.pad(&backoff.to_string()),
            Self::Base(base) => f.pad(&base.to_string()),
            Self::Jitter(jitter) => f.pad(&jitter.to_string()),
            Self::Switch(switch) => f.pad(if *switch { "true" } else { "false" }),
        }
    }
}

impl Value {
    /// Reads the value of a field, and checks what can be wrong with it alone.
    pub(super) fn read(field: Field, name: &str, raw: &Raw) -> Result<Self, String> {
        let raw = &raw.understood();
        if matches!(raw, Raw::Text(text) if text.is_empty()) {
            return Err(format!("`{name}` is empty: give it a value, or remove it"));
        }
        let takes = |what: &str| format!("`{name}` takes {what}");
        let value = match field {
            Field::MaxAttempts => match raw {
                Raw::Text(word) if word == "unlimited" => Self::Unlimited,
                _ => Self::Count(count(raw, Fault::TooManyAttempts, || {
                    takes("a whole number, as in 5, or `unlimited`")
                })?),
            },
            Field::SlotCount => {
                Self::Count(count(raw, Fault::SlotCount, || takes("a whole number, as in 10"))?)
            }
            Field::Backoff => Self::Backoff(word(raw, "backoff", &BACKOFFS, takes)?),
            Field::ExponentialBase => Self::Base(raw.number().ok_or_else(|| takes("a number, as in 2.0"))?),
            Field::Jitter if name == JITTER_FACTOR => {
                let factor = raw.number().ok_or_else(|| takes("a number in 0..=1, as in 0.1"))?;
                Self::Jitter(Jitter::Factor(factor))
            }
            Field::Jitter => match (raw.switch(), raw.number()) {
                (_, Some(factor)) => Self::Jitter(Jitter::Factor(factor)),
                (Some(switch), None) => Self::Switch(switch),
                (None, None) => Self::Jitter(word(raw, "jitter", &JITTERS, takes)?),
            },
            Field::Coordinated => Self::Switch(raw.switch().ok_or_else(|| takes("`true` or `false`"))?),
            Field::InitialDelay
            | Field::MaxDelay
            | Field::MaxElapsed
            | Field::MaxRetryAfter
            | Field::MaxTotalDelay
            | Field::SlotWidth
            | Field::IdempotencyTtl
            | Field::AttemptTimeout
            | Field::Deadline => Self::Time(time(raw, name)?),
        };
        value.checked(field)
    }

    /// Checks what can be wrong with it alone.
    pub(super) fn checked(self, field: Field) -> Result<Self, String> {
        let fault = match (field, self) {
            (Field::MaxAttempts, Self::Count(attempts)) => Fault::of_attempts(attempts),
            (Field::SlotCount, Self::Count(count)) => Fault::of_slot_count(count),
            (_, Self::Base(base)) => Fault::of_base(base),
            (_, Self::Jitter(Jitter::Factor(factor))) => Fault::of_jitter(factor),
            (Field::SlotWidth, Self::Time(width)) => Fault::of_slot_width(width),
            (Field::IdempotencyTtl, Self::Time(ttl)) => Fault::of_idempotency_ttl(ttl),
            (Field::AttemptTimeout, Self::Time(limit)) => Fault::of_limit("attempt_timeout", limit),
            (Field::Deadline, Self::Time(limit)) => Fault::of_limit("deadline", limit),
            _ => None,
        };
        match fault {
            Some(fault) => Err(fault.message().to_string()),
            None => Ok(self),
        }
    }

    /// Gives the field of a policy this value. (`attempt_timeout` and `deadline` are no fields of a policy.)
    pub(super) fn apply(self, field: Field, draft: Draft) -> Draft {
        match (field, self) {
            (Field::MaxAttempts, Self::Count(attempts)) => draft.max_attempts(attempts),
            (Field::MaxAttempts, Self::Unlimited) => draft.unlimited(),
            (Field::SlotCount, Self::Count(count)) => draft.slot_count(count),
            (Field::Backoff, Self::Backoff(backoff)) => draft.backoff(backoff),
            (Field::ExponentialBase, Self::Base(base)) => draft.exponential_base(base),
            (Field::Jitter, Self::Jitter(jitter)) => draft.jitter(jitter),
            (Field::Jitter, Self::Switch(false)) => draft.jitter(Jitter::None),
            (Field::Jitter, Self::Switch(true)) => match draft.policy().jitter() {
                Jitter::None => draft.jitter(presets::DEFAULT.schedule.jitter),
                _ => draft,
            },
            (Field::Coordinated, Self::Switch(coordinated)) => draft.coordinated(coordinated),
            (Field::InitialDelay, Self::Time(delay)) => draft.initial_delay(delay),
            (Field::MaxDelay, Self::Time(delay)) => draft.max_delay(delay),
            (Field::MaxElapsed, Self::Time(limit)) => draft.max_elapsed(limit),
            (Field::MaxRetryAfter, Self::Time(limit)) => draft.max_retry_after(limit),
            (Field::MaxTotalDelay, Self::Time(limit)) => draft.max_total_delay(limit),
            (Field::SlotWidth, Self::Time(width)) => draft.slot_width(width),
            (Field::IdempotencyTtl, Self::Time(ttl)) => draft.idempotency_ttl(ttl),
            _ => draft,
        }
    }
}

impl Raw {
    /// A text that is a number or a switch is one: the environment holds nothing but text.
    fn understood(&self) -> Self {
        let Self::Text(text) = self else { return self.clone() };
        let text = text.trim();
        let digits = text.replace('_', "");
        if let Ok(number) = digits.parse() {
            return Self::Whole(number);
        }
        match digits.parse::<f64>() {
            // `f64` also reads `infinity` and `nan`.
            Ok(number) if digits.starts_with(|first: char| !first.is_ascii_alphabetic()) => {
                Self::Number(number)
            }
            _ => Self::Text(text.to_owned()),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Whole(number) => Some(*number as f64),
            _ => None,
        }
    }

    fn switch(&self) -> Option<bool> {
        match self {
            Self::Switch(switch) => Some(*switch),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

const BACKOFFS: [(&str, Backoff); 4] = [
    ("exponential", Backoff::Exponential),
    ("constant", Backoff::Constant),
    ("linear", Backoff::Linear),
    ("fibonacci", Backoff::Fibonacci),
];

const JITTERS: [(&str, Jitter); 4] = [
    ("none", Jitter::None),
    ("full", Jitter::Full),
    ("equal", Jitter::Equal),
    ("decorrelated", Jitter::Decorrelated),
];

fn word<T: Copy>(
    raw: &Raw,
    what: &str,
    words: &[(&'static str, T)],
    takes: impl FnOnce(&str) -> String,
) -> Result<T, String> {
    let known = words.iter().map(|(word, _)| *word);
    let Raw::Text(text) = raw else {
        let known: Vec<&str> = known.collect();
        return Err(takes(&format!("one of `{}`", known.join("`, `"))));
    };
    match words.iter().find(|(word, _)| word == text) {
        Some((_, value)) => Ok(*value),
        None => Err(unknown_one(what, text, known)),
    }
}

/// A whole number. One that 32 bits cannot hold is above what the rules allow.
fn count(raw: &Raw, too_many: Fault, takes: impl FnOnce() -> String) -> Result<u32, String> {
    match raw {
        Raw::Whole(number) if *number < 0 => Ok(0),
        Raw::Whole(number) => u32::try_from(*number).map_err(|_| too_many.message().to_string()),
        _ => Err(takes()),
    }
}

fn time(raw: &Raw, name: &str) -> Result<Duration, String> {
    let fault = |fault: &str| format!("`{name}`: {fault}");
    match raw {
        Raw::Text(text) => duration::parse(text).map_err(fault),
        _ => match raw.number() {
            Some(seconds) if seconds.is_nan() => {
                Err(format!("`{name}` takes seconds, as in 0.5, or a text with a unit, as in \"500ms\""))
            }
            Some(seconds) if seconds < 0.0 => Err(fault("a duration cannot be negative: write 0 for none")),
            Some(seconds) => Duration::try_from_secs_f64(seconds)
                .ok()
                .filter(|time| time.as_nanos() <= u128::from(u64::MAX))
                .ok_or_else(|| fault("the duration is too long: 584 years are the most")),
            None => Err(format!("`{name}` takes seconds, as in 0.5, or a text with a unit, as in \"500ms\"")),
        },
    }
}
