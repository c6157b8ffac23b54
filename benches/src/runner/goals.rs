//! What ours may cost: the one table of limits, which the results and the regression check judge by.

use crate::{
    contestants::{HAND_WRITTEN, INSTRUMENT, OURS, OURS_WITH_REDIS},
    limit,
    measurement::Measurement,
    results::{Figure, Results},
    scenario::Scenario,
    template::Form,
    trips::Trips,
};

pub(crate) struct Goal {
    pub(crate) measurement: Measurement,
    limit: Limit,
    /// How far above the limit the regression check lets a figure go. `None` keeps it out of the check: it
    /// takes long, or is not the same each time. Each of our limits has a tolerance of its own.
    pub(crate) tolerance: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    AtMost(f64),
    Under(f64),
    /// At most so much more than another contestant.
    Above(&'static str, f64),
    Below(&'static str),
    Exactly(f64),
    AtLeast(f64),
}

pub(crate) const GOALS: [Goal; 27] = [
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
    goal(Measurement::LimitInstructions(Form::Blocking), Limit::Under(50.0), Some(0.0)),
    goal(Measurement::LimitInstructions(Form::Async), Limit::Under(50.0), Some(0.0)),
    goal(Measurement::LimitAllocations(Form::Blocking), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::LimitAllocations(Form::Async), Limit::AtMost(0.0), Some(0.0)),
    goal(Measurement::RoundTrips(Trips::BlockingSuccess), Limit::Exactly(0.0), Some(0.0)),
    goal(Measurement::RoundTrips(Trips::AsyncSuccess), Limit::Exactly(0.0), Some(0.0)),
    goal(Measurement::RoundTrips(Trips::BlockingRetry), Limit::Exactly(1.0), Some(0.0)),
    goal(Measurement::RoundTrips(Trips::AsyncRetry), Limit::Exactly(1.0), Some(0.0)),
    // The only figure of the check that depends on time: a floor that says no more than that nobody stands in the way.
    goal(Measurement::Coordination, Limit::AtLeast(0.2), Some(0.0)),
];

/// 75 instructions a failure.
const TWO_FAILURES: Limit = Limit::Above(HAND_WRITTEN, 150.0);

const fn goal(measurement: Measurement, limit: Limit, tolerance: Option<f64>) -> Goal {
    Goal { measurement, limit, tolerance }
}

/// A goal beside what was measured.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// With the name of the limit of ours, where these are measured.
    pub(crate) name: String,
    pub(crate) ours: f64,
    pub(crate) hand_written: Option<f64>,
    /// The limit in figures.
    pub(crate) allowed: f64,
    pub(crate) met: bool,
    pub(crate) tolerance: Option<f64>,
    /// Whether it is within the tolerance.
    pub(crate) tolerated: bool,
}

impl Goal {
    /// The limit in words.
    pub(crate) fn limit(&self) -> String {
        match self.limit {
            Limit::AtMost(value) => format!("≤ {value}"),
            Limit::Under(value) => format!("< {value}"),
            Limit::Above(contestant, margin) => format!("≤ {contestant} + {margin}"),
            Limit::Below(contestant) => format!("< {contestant}"),
            Limit::Exactly(value) => format!("= {value}"),
            Limit::AtLeast(value) => format!("≥ {value}"),
        }
    }

    /// One, or one for each of our limits; none if not all that they need was measured.
    pub(crate) fn judge(&self, results: &Results) -> Vec<Judgement> {
        let figures = results.ranking(self.measurement).map_or(&[][..], |ranking| &ranking.figures);
        let name = self.measurement.name();
        let figure = match self.measurement {
            Measurement::LimitInstructions(_) => {
                let judged = figures.iter().filter_map(|figure| {
                    let tolerance = Some(limit::tolerance(&figure.contestant)?);
                    self.judge_figure(results, format!("{name}: {}", figure.contestant), figure, tolerance)
                });
                return judged.collect();
            }
            Measurement::LimitAllocations(_) => {
                figures.iter().rfind(|figure| limit::of_title(&figure.contestant).is_some())
            }
            Measurement::RoundTrips(_) | Measurement::Coordination => {
                figures.iter().find(|figure| figure.contestant == OURS_WITH_REDIS)
            }
            _ => figures.iter().find(|figure| figure.contestant == OURS),
        };
        let judged = figure.and_then(|figure| self.judge_figure(results, name, figure, self.tolerance));
        judged.into_iter().collect()
    }

    fn judge_figure(
        &self,
        results: &Results,
        name: String,
        figure: &Figure,
        tolerance: Option<f64>,
    ) -> Option<Judgement> {
        let value = |contestant| results.value(self.measurement, contestant);
        let ours = figure.value;
        let allowed = match self.limit {
            Limit::AtMost(value) | Limit::Under(value) | Limit::Exactly(value) | Limit::AtLeast(value) => {
                value
            }
            Limit::Above(contestant, margin) => value(contestant)? + margin,
            Limit::Below(contestant) => value(contestant)?,
        };
        let within = |allowed| match self.limit {
            Limit::Below(_) | Limit::Under(_) => ours < allowed,
            // Neither has a tolerance.
            #[expect(clippy::float_cmp, reason = "counts, in whole tenths")]
            Limit::Exactly(_) => ours == allowed,
            Limit::AtLeast(_) => ours >= allowed,
            _ => ours <= allowed,
        };
        let (met, tolerated) = (within(allowed), within(allowed + tolerance.unwrap_or_default()));
        let hand_written = value(HAND_WRITTEN);
        Some(Judgement { name, ours, hand_written, allowed, met, tolerance, tolerated })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measurement, results::Ranking};

    fn judge(limit: Limit, tolerance: f64, ours: f64) -> (bool, bool) {
        let goal = goal(Measurement::Future, limit, Some(tolerance));
        let figures = vec![Figure::exact(OURS, ours), Figure::exact(HAND_WRITTEN, 50.0)];
        let mut results = Results::default();
        results.add(Ranking::new(Measurement::Future, figures));
        let judgement = &goal.judge(&results)[0];
        (judgement.met, judgement.tolerated)
    }

    #[test]
    fn a_limit_may_be_reached_and_a_bound_may_not() {
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 0.0, 52.0), (true, true));
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 0.0, 52.1), (false, false));
        assert_eq!(judge(Limit::Below(HAND_WRITTEN), 0.0, 49.9), (true, true));
        assert_eq!(judge(Limit::Below(HAND_WRITTEN), 0.0, 50.0), (false, false));
        assert_eq!(judge(Limit::AtMost(0.0), 0.0, 0.0), (true, true));
        assert_eq!(judge(Limit::Under(50.0), 0.0, 50.0), (false, false));
        assert_eq!(judge(Limit::Exactly(1.0), 0.0, 1.0), (true, true));
        assert_eq!(judge(Limit::Exactly(1.0), 0.0, 0.0), (false, false));
        assert_eq!(judge(Limit::AtLeast(0.2), 0.0, 0.7), (true, true));
        assert_eq!(judge(Limit::AtLeast(0.2), 0.0, 0.1), (false, false));
    }

    #[test]
    fn a_tolerance_forgives_a_little() {
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 1.0, 53.0), (false, true));
        assert_eq!(judge(Limit::Above(HAND_WRITTEN, 2.0), 1.0, 53.5), (false, false));
    }

    #[test]
    fn each_limit_is_judged_by_itself() {
        let measurement = Measurement::LimitInstructions(Form::Async);
        let figures =
            [("all of them", 300.0), ("deadline", 70.0), ("cancel", 9.0), ("attempt timeout", 51.0)];
        let figures = figures.map(|(name, value)| Figure::exact(name, value)).to_vec();
        let mut results = Results::default();
        results.add(Ranking::new(measurement, figures));
        let judged = goal(measurement, Limit::Under(50.0), Some(0.0)).judge(&results);
        let judged = judged.iter().map(|judged| (judged.name.as_str(), judged.met, judged.tolerated));
        assert!(judged.eq([
            ("limits-async: cancel", true, true),
            ("limits-async: attempt timeout", false, false),
            ("limits-async: deadline", false, true),
        ]));
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert!(GOALS.iter().all(|goal| goal.judge(&Results::default()).is_empty()));
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
        assert_eq!(goal(Measurement::Future, Limit::Under(50.0), None).limit(), "< 50");
    }
}
