//! What ours may cost: the one table of limits, which the results and the regression check judge by.

use crate::{
    contestants::{HAND_WRITTEN, INSTRUMENT, OURS},
    measurement::Measurement,
    results::Results,
    scenario::Scenario,
    template::Form,
};

pub(crate) struct Goal {
    pub(crate) measurement: Measurement,
    limit: Limit,
    /// How far above the limit the regression check lets a figure go. `None` keeps it out of the check: it
    /// takes long, or is not the same each time.
    pub(crate) tolerance: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    AtMost(f64),
    /// At most so much more than another contestant.
    Above(&'static str, f64),
    Below(&'static str),
}

pub(crate) const GOALS: [Goal; 18] = [
    goal(Measurement::Instructions(Scenario::BlockingSuccess), Limit::Above(HAND_WRITTEN, 2.0), Some(1.0)),
    goal(Measurement::Instructions(Scenario::AsyncSuccess), Limit::Above(HAND_WRITTEN, 2.0), Some(4.0)),
    goal(Measurement::Instructions(Scenario::BlockingRecovery), TWO_FAILURES, Some(1.0)),
    goal(Measurement::Instructions(Scenario::AsyncRecovery), TWO_FAILURES, Some(1.0)),
    goal(Measurement::Allocations(Scenario::BlockingSuccess), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::Allocations(Scenario::AsyncSuccess), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::Allocations(Scenario::BlockingRecovery), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::Allocations(Scenario::AsyncRecovery), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::Allocations(Scenario::AsWritten), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::Future, Limit::Above(HAND_WRITTEN, 16.0), Some(0.0)),
    goal(Measurement::Waiting, Limit::Above(HAND_WRITTEN, 16.0), None),
    goal(Measurement::Text(Form::Async), Limit::Below(HAND_WRITTEN), Some(0.0)),
    goal(Measurement::Text(Form::Blocking), Limit::Below(HAND_WRITTEN), Some(16.0)),
    goal(Measurement::Check(Form::Async), Limit::AtMost(2.7), None),
    goal(Measurement::Check(Form::Blocking), Limit::AtMost(2.7), None),
    goal(Measurement::ColdBuild, Limit::Above(INSTRUMENT, 2.0), None),
    goal(Measurement::Crates, Limit::AtMost(16.0), None),
    goal(Measurement::ZeroDelay, Limit::AtMost(0.1), None),
];

/// 75 instructions a failure.
const TWO_FAILURES: Limit = Limit::Above(HAND_WRITTEN, 150.0);

const fn goal(measurement: Measurement, limit: Limit, tolerance: Option<f64>) -> Goal {
    Goal { measurement, limit, tolerance }
}

/// A goal beside what was measured.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) ours: f64,
    pub(crate) hand_written: Option<f64>,
    /// The limit in figures.
    pub(crate) allowed: f64,
    pub(crate) met: bool,
    /// Whether it is within the tolerance.
    pub(crate) tolerated: bool,
}

impl Goal {
    /// The limit in words.
    pub(crate) fn limit(&self) -> String {
        match self.limit {
            Limit::AtMost(value) => format!("≤ {value}"),
            Limit::Above(contestant, margin) => format!("≤ {contestant} + {margin}"),
            Limit::Below(contestant) => format!("< {contestant}"),
        }
    }

    /// `None` if not all that it needs was measured.
    pub(crate) fn judge(&self, results: &Results) -> Option<Judgement> {
        let value = |contestant| results.value(self.measurement, contestant);
        let ours = value(OURS)?;
        let allowed = match self.limit {
            Limit::AtMost(allowed) => allowed,
            Limit::Above(contestant, margin) => value(contestant)? + margin,
            Limit::Below(contestant) => value(contestant)?,
        };
        let within = |allowed| match self.limit {
            Limit::Below(_) => ours < allowed,
            _ => ours <= allowed,
        };
        let tolerated = within(allowed + self.tolerance.unwrap_or_default());
        Some(Judgement { ours, hand_written: value(HAND_WRITTEN), allowed, met: within(allowed), tolerated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measurement,
        results::{Figure, Ranking},
    };

    fn judge(limit: Limit, tolerance: f64, ours: f64) -> (bool, bool) {
        let goal = goal(Measurement::Future, limit, Some(tolerance));
        let figures = vec![Figure::exact(OURS, ours), Figure::exact(HAND_WRITTEN, 50.0)];
        let mut results = Results::default();
        results.add(Ranking::new(Measurement::Future, figures));
        let judgement = goal.judge(&results).unwrap();
        (judgement.met, judgement.tolerated)
    }

    #[test]
    fn a_limit_may_be_reached_and_a_bound_may_not() {
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 0.0, 52.0), (true, true));
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 0.0, 52.1), (false, false));
        assert_eq!(judge(Limit::Below(HAND_WRITTEN), 0.0, 49.9), (true, true));
        assert_eq!(judge(Limit::Below(HAND_WRITTEN), 0.0, 50.0), (false, false));
        assert_eq!(judge(Limit::AtMost(0.0), 0.0, 0.0), (true, true));
    }

    #[test]
    fn a_tolerance_forgives_a_little() {
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 1.0, 53.0), (false, true));
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 1.0, 53.5), (false, false));
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert!(GOALS.iter().all(|goal| goal.judge(&Results::default()).is_none()));
    }

    #[test]
    fn goals_are_about_what_is_measured() {
        assert!(GOALS.iter().all(|goal| measurement::all().contains(&goal.measurement)));
    }

    #[test]
    fn limits_are_said_in_words() {
        assert_eq!(goal(Measurement::Future, Limit::Above("a", 2.0), None).limit(), "≤ a + 2");
        assert_eq!(goal(Measurement::Future, Limit::Below("a"), None).limit(), "< a");
        assert_eq!(goal(Measurement::Future, Limit::AtMost(2.7), None).limit(), "≤ 2.7");
    }
}
