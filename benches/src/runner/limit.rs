//! What of ours has a cost of its own that is measured, limits above all, by the names of the command line.

use crate::template::Form;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    None,
    Ratio,
    Tokens,
    Spent,
    Breaker,
    Slow,
    Rate,
    Throttled,
    AttemptTimeout,
    Deadline,
    Cancel,
    Guards,
    All,
    /// No limit: the metrics, without a recorder.
    Unrecorded,
    /// No limit: the metrics.
    Metrics,
}

/// The row of the clock that some limits read.
pub(crate) const CLOCK: &str = "a clock read";

impl Limit {
    pub(crate) const ALL: [Self; 15] = [
        Self::None,
        Self::Ratio,
        Self::Tokens,
        Self::Spent,
        Self::Breaker,
        Self::Slow,
        Self::Rate,
        Self::Throttled,
        Self::AttemptTimeout,
        Self::Deadline,
        Self::Cancel,
        Self::Guards,
        Self::All,
        Self::Unrecorded,
        Self::Metrics,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ratio => "ratio",
            Self::Tokens => "tokens",
            Self::Spent => "spent",
            Self::Breaker => "breaker",
            Self::Slow => "slow",
            Self::Rate => "rate",
            Self::Throttled => "throttled",
            Self::AttemptTimeout => "attempt-timeout",
            Self::Deadline => "deadline",
            Self::Cancel => "cancel",
            Self::Guards => "guards",
            Self::All => "all",
            Self::Unrecorded => "unrecorded",
            Self::Metrics => "metrics",
        }
    }

    /// Its row.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::None => "no limit",
            Self::Ratio => "budget: ratio",
            Self::Tokens => "budget: full bucket",
            Self::Spent => "budget: spent bucket",
            Self::Breaker => "circuit breaker",
            Self::Slow => "breaker of slow calls",
            Self::Rate => "adaptive: calm",
            Self::Throttled => "adaptive: throttled",
            Self::AttemptTimeout => "attempt timeout",
            Self::Deadline => "deadline",
            Self::Cancel => "cancel",
            Self::Guards => "the three guards",
            Self::All => "all of them",
            Self::Unrecorded => "metrics, no recorder",
            Self::Metrics => "metrics",
        }
    }

    /// What the program calls a function of this form.
    pub(crate) fn scenario(self, form: Form) -> String {
        format!("limit-{}-{}", form.name(), self.name())
    }

    /// How far above the goal of a limit the regression check lets it go. `None` where that goal is not its own:
    /// several cost what each of them does, and a throttled rate makes attempts stand in a queue, which is its work.
    const fn tolerance(self) -> Option<f64> {
        match self {
            Self::None | Self::Throttled | Self::Guards | Self::All => None,
            // It makes something of two moments.
            Self::Slow => Some(10.0),
            // Most of it is the facade's: looking for the recorder of the thread, and three calls of what it made.
            Self::Unrecorded => Some(40.0),
            Self::Metrics => Some(80.0),
            // The future keeps when the call began and when it is over, and is one that must be dropped.
            Self::Deadline => Some(35.0),
            _ => Some(0.0),
        }
    }
}

/// The tolerance of a row, if the goal of a limit is its own.
pub(crate) fn tolerance(title: &str) -> Option<f64> {
    of_title(title).and_then(Limit::tolerance)
}

pub(crate) fn of_title(title: &str) -> Option<Limit> {
    Limit::ALL.into_iter().find(|limit| limit.title() == title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_known_by_its_title() {
        for limit in Limit::ALL {
            assert_eq!(of_title(limit.title()), Some(limit));
        }
        assert_eq!(of_title("retry-runtime"), None);
    }

    #[test]
    fn what_is_no_limit_by_itself_is_held_to_nothing() {
        assert_eq!(tolerance("cancel"), Some(0.0));
        assert!(["no limit", "all of them", CLOCK].iter().all(|title| tolerance(title).is_none()));
    }
}
