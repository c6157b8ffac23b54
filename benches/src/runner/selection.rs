//! A part of the measurements, or of the contestants, for whoever works on one of them.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::{
    contestants::{Contestant, DIRECT, HAND_WRITTEN},
    measurement::{self, Measurement, SECTIONS},
};

pub(crate) struct Selection {
    pub(crate) contestants: Vec<Contestant>,
    pub(crate) measurements: Vec<Measurement>,
}

impl Selection {
    /// By the names of sections, measurements and contestants; without any of a kind, all of that kind. What
    /// ratios are taken with is always there.
    ///
    /// # Errors
    ///
    /// If a name is unknown.
    pub(crate) fn of(names: &[&str], mut contestants: Vec<Contestant>) -> Result<Self> {
        let mut measurements = Vec::new();
        let mut chosen = Vec::new();
        for name in names {
            let found = measurements_of(name);
            if !found.is_empty() {
                measurements.extend(found);
            } else if contestants.iter().any(|contestant| contestant.name == *name) {
                chosen.push(*name);
            } else {
                bail!("unknown name `{name}`: known are {}", known(&contestants));
            }
        }
        if measurements.is_empty() {
            measurements = measurement::all();
        }
        if !chosen.is_empty() {
            chosen.extend([DIRECT, HAND_WRITTEN]);
            contestants.retain(|contestant| chosen.contains(&contestant.name.as_str()));
        }
        Ok(Self { contestants, measurements })
    }
}

/// Those of a section, or the one of that name.
fn measurements_of(name: &str) -> Vec<Measurement> {
    let section = SECTIONS.iter().find(|section| section.name == name);
    section.map_or_else(
        || measurement::all().into_iter().filter(|measurement| measurement.name() == name).collect(),
        |section| section.measurements.to_vec(),
    )
}

fn known(contestants: &[Contestant]) -> String {
    let sections = SECTIONS.iter().map(|section| section.name.to_owned());
    let measurements = measurement::all().into_iter().map(Measurement::name);
    let contestants = contestants.iter().map(|contestant| contestant.name.clone());
    let names: BTreeSet<String> = sections.chain(measurements).chain(contestants).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{scenario::Scenario, template::Form};

    #[test]
    fn a_section_stands_for_its_measurements() {
        let text = Selection::of(&["text", "future"], Vec::new()).unwrap().measurements;
        assert_eq!(
            text,
            [Measurement::Text(Form::Async), Measurement::Text(Form::Blocking), Measurement::Future]
        );
        let one = Selection::of(&["instructions-async-success"], Vec::new()).unwrap().measurements;
        assert_eq!(one, [Measurement::Instructions(Scenario::AsyncSuccess)]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = Selection::of(&["tex"], Vec::new()).err().unwrap().to_string();
        assert!(error.starts_with("unknown name `tex`: known are allocations, "), "{error}");
    }
}
