//! What was measured, the best first.

use crate::{measurement::Measurement, statistics::Spread};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) contestant: String,
    pub(crate) value: f64,
    /// From low to high, where rounds differ.
    pub(crate) spread: Option<(f64, f64)>,
    /// Shown beside the value.
    pub(crate) detail: Option<String>,
    /// Shown in the further columns of its measurement.
    pub(crate) more: Vec<f64>,
}

impl Figure {
    pub(crate) fn exact(contestant: &str, value: f64) -> Self {
        Self { contestant: contestant.to_owned(), value, spread: None, detail: None, more: Vec::new() }
    }

    pub(crate) fn spread(contestant: &str, spread: Spread) -> Self {
        Self { spread: Some((spread.low, spread.high)), ..Self::exact(contestant, spread.middle) }
    }
}

pub(crate) struct Ranking {
    pub(crate) measurement: Measurement,
    pub(crate) figures: Vec<Figure>,
}

impl Ranking {
    pub(crate) fn new(measurement: Measurement, mut figures: Vec<Figure>) -> Self {
        figures.sort_by(|a, b| a.value.total_cmp(&b.value));
        if measurement.is_better_if_more() {
            figures.reverse();
        }
        Self { measurement, figures }
    }

    pub(crate) fn value_of(&self, contestant: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.contestant == contestant).map(|figure| figure.value)
    }
}

#[derive(Default)]
pub(crate) struct Results(Vec<Ranking>);

impl Results {
    pub(crate) fn add(&mut self, ranking: Ranking) {
        self.0.push(ranking);
    }

    /// `None` if it was not measured.
    pub(crate) fn ranking(&self, measurement: Measurement) -> Option<&Ranking> {
        self.0.iter().find(|ranking| ranking.measurement == measurement)
    }

    pub(crate) fn value(&self, measurement: Measurement, contestant: &str) -> Option<f64> {
        self.ranking(measurement)?.value_of(contestant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contest::Contest;

    #[test]
    fn the_best_comes_first() {
        let figures = vec![Figure::exact("slow", 2.0), Figure::exact("fast", 9.0)];
        let ranking = Ranking::new(Measurement::Throughput(Contest::BudgetSuccess), figures);
        assert_eq!(ranking.figures[0].contestant, "fast");
        let figures = vec![Figure::exact("slow", 9.0), Figure::exact("fast", 2.0)];
        let ranking = Ranking::new(Measurement::Future, figures);
        assert_eq!(ranking.figures[0].contestant, "fast");
        let mut results = Results::default();
        results.add(ranking);
        assert_eq!(results.value(Measurement::Future, "slow"), Some(9.0));
        assert_eq!(results.value(Measurement::Waiting, "slow"), None);
    }
}
