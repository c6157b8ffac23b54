//! The regression check: deterministic counts of hand-written and of ours, built and counted in one run, so
//! that it depends on no timing and on no other machine. With the features of all clients ours must cost a call the
//! same; with its settings, so much more at most.

use std::fmt::Write;

use anyhow::{Result, ensure};

use crate::{
    contestants::{
        BARE_REDIS, Contestant, HAND_WRITTEN, OURS, OURS_WITH_LIMITS, OURS_WITH_METRICS, OURS_WITH_REDIS,
    },
    goals::{GOALS, Goal},
    measure::measure,
    results::Results,
    variant::Variant,
    workspace::Workspace,
};

/// Whether all limits hold, within their tolerances.
pub(crate) fn check(workspace: &Workspace, mut contestants: Vec<Contestant>) -> Result<bool> {
    let compared = [HAND_WRITTEN, OURS, OURS_WITH_LIMITS, OURS_WITH_METRICS, OURS_WITH_REDIS, BARE_REDIS];
    let variants = Variant::ALL.map(Variant::contestant);
    let is_compared = |name: &str| compared.contains(&name) || variants.contains(&name);
    contestants.retain(|contestant| is_compared(&contestant.name));
    let measurements: Vec<_> = checked().map(|goal| goal.measurement).collect();
    let results = measure(workspace, &contestants, &measurements)?;
    let (table, broken) = table(&results)?;
    print!("{table}");
    match broken {
        0 => println!("\nall limits hold"),
        _ => println!(
            "\n{broken} broken: find what made the figure grow; the limits are in benches/src/runner/goals.rs"
        ),
    }
    Ok(broken == 0)
}

fn checked() -> impl Iterator<Item = &'static Goal> {
    GOALS.iter().filter(|goal| goal.tolerance.is_some())
}

/// One line a limit, and how many are broken.
fn table(results: &Results) -> Result<(String, usize)> {
    let mut table = String::new();
    let mut broken = 0;
    let heads = ["limit", "tolerance"];
    let variants = Variant::ALL.map(|variant| format!(" {:>13}", variant.title())).concat();
    let _ =
        writeln!(table, "{:40} {HAND_WRITTEN:>12} {OURS:>13} {:>8} {:>9}{variants}", "", heads[0], heads[1]);
    for goal in checked() {
        let judgements = goal.judge(results);
        let name = goal.measurement.name();
        ensure!(!judgements.is_empty(), "{name} was not measured: a contestant lost it");
        for judgement in judgements {
            let show = |value| goal.measurement.show(value);
            let of_variant = |variant: Variant| results.value(goal.measurement, variant.contestant());
            let is_dearer = Variant::ALL.into_iter().any(|variant| {
                let allowed = judgement.ours + variant.may_add(goal.measurement);
                of_variant(variant).is_some_and(|value| value > allowed)
            });
            let variants = Variant::ALL.map(|variant| {
                let shown = of_variant(variant).map_or_else(String::new, show);
                format!(" {shown:>13}")
            });
            let verdict = match (judgement.met, judgement.tolerated) {
                _ if is_dearer => "BROKEN",
                (true, _) => "",
                (false, true) => "tolerated",
                (false, false) => "BROKEN",
            };
            broken += usize::from(!judgement.tolerated || is_dearer);
            let line = format!(
                "{:40} {:>12} {:>13} {:>8} {:>9}{} {verdict}",
                judgement.name,
                judgement.hand_written.map_or_else(String::new, show),
                show(judgement.ours),
                show(judgement.allowed),
                judgement.tolerance.map_or_else(String::new, show),
                variants.concat(),
            );
            let _ = writeln!(table, "{}", line.trim_end());
        }
    }
    Ok((table, broken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        contestants::{OURS_WITH_FEATURES, OURS_WITH_SETTINGS},
        limit::Limit,
        measurement::Measurement,
        results::{Figure, Ranking},
        trips::Trips,
    };

    /// What breaks no limit, and could not be less.
    fn least(measurement: Measurement) -> f64 {
        match measurement {
            Measurement::RoundTrips(Trips::BlockingRetry | Trips::AsyncRetry) | Measurement::Coordination => {
                1.0
            }
            _ => 0.0,
        }
    }

    /// Hand-written at 100 everywhere, ours at so much, and so one of our limits.
    fn results(ours: impl Fn(Measurement) -> f64) -> Results {
        beside(ours, |_| None)
    }

    /// And perhaps another one.
    fn beside(
        ours: impl Fn(Measurement) -> f64,
        other: impl Fn(Measurement) -> Option<(&'static str, f64)>,
    ) -> Results {
        let mut results = Results::default();
        for goal in checked() {
            let measurement = goal.measurement;
            let ours = [OURS, OURS_WITH_REDIS, Limit::Cancel.title()].map(|name| (name, ours(measurement)));
            let figures = ours.into_iter().chain([(HAND_WRITTEN, 100.0)]).chain(other(measurement));
            let figures = figures.map(|(name, value)| Figure::exact(name, value)).collect();
            results.add(Ranking::new(measurement, figures));
        }
        results
    }

    #[test]
    fn what_is_within_the_limits_passes() {
        assert_eq!(table(&results(least)).unwrap().1, 0);
    }

    #[test]
    fn a_broken_limit_is_named() {
        let ours = |measurement| if measurement == Measurement::Future { 117.0 } else { least(measurement) };
        let (table, broken) = table(&results(ours)).unwrap();
        assert_eq!(broken, 1);
        let line = table.lines().find(|line| line.starts_with("future")).unwrap();
        assert_eq!(
            line.split_whitespace().collect::<Vec<_>>(),
            ["future", "100", "117", "116", "0", "BROKEN"]
        );
    }

    #[test]
    fn a_feature_that_costs_a_call_something_is_named() {
        let dearer = |measurement| f64::from(measurement == Measurement::Future);
        let results = beside(least, |measurement| Some((OURS_WITH_FEATURES, dearer(measurement))));
        let (table, broken) = table(&results).unwrap();
        let line = table.lines().find(|line| line.starts_with("future")).unwrap();
        assert_eq!(broken, 1);
        assert_eq!(
            line.split_whitespace().collect::<Vec<_>>(),
            ["future", "100", "0", "116", "0", "1", "BROKEN"]
        );
    }

    #[test]
    fn settings_may_cost_what_they_do_and_no_more() {
        let results = |more: f64| {
            beside(least, |measurement| {
                let dearer = least(measurement) + Variant::Settings.may_add(measurement) + more;
                Some((OURS_WITH_SETTINGS, dearer))
            })
        };
        assert_eq!(table(&results(0.0)).unwrap().1, 0);
        assert_eq!(table(&results(1.0)).unwrap().1, checked().count());
    }

    #[test]
    fn what_was_not_measured_does_not_pass() {
        assert!(table(&Results::default()).is_err());
    }
}
