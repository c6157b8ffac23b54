//! Markdown tables: a ranking, and the goals.

use std::iter::repeat;

use crate::{
    contestants::{Contestant, DIRECT, Discipline, HAND_WRITTEN, OURS, Role, role},
    goals::GOALS,
    measurement::{Comparison, Measurement},
    results::{Figure, Ranking, Results},
};

const DASH: &str = "–";

/// The best first. Contestants with the same figures share a row; those without any are in the last one.
pub(super) fn ranking(ranking: &Ranking, contestants: &[Contestant]) -> String {
    let columns = Columns::of(ranking);
    let mut table = columns.head();
    for same in ranking.figures.chunk_by(|a, b| columns.cells(a) == columns.cells(b)) {
        let names = names(same.iter().map(|figure| figure.contestant.as_str()));
        table.push_str(&row([names].into_iter().chain(columns.cells(&same[0]))));
    }
    let retries = contestants.iter().filter(|contestant| contestant.discipline == Discipline::Retries);
    let without = retries.map(|contestant| contestant.name.as_str());
    let without = names(without.filter(|name| ranking.value_of(name).is_none()));
    if !without.is_empty() && ranking.measurement.is_open_to_all() {
        table.push_str(&row([without].into_iter().chain(columns.dashes())));
    }
    table
}

/// What is shown of each figure.
struct Columns<'a> {
    ranking: &'a Ranking,
    measurement: Measurement,
    spread: bool,
}

impl<'a> Columns<'a> {
    fn of(ranking: &'a Ranking) -> Self {
        let spread = ranking.figures.iter().any(|figure| figure.spread.is_some());
        Self { ranking, measurement: ranking.measurement, spread }
    }

    fn head(&self) -> String {
        let mut titles = vec!["", self.measurement.unit()];
        if self.spread {
            titles.push("spread");
        }
        titles.extend(self.measurement.more());
        if self.measurement.comparison() == Comparison::Yardsticks {
            titles.extend(["beside hand-written", "beside direct"]);
        }
        let rule = titles.iter().skip(1).map(|_| "---:".to_owned());
        row(titles.iter().map(ToString::to_string)) + &row(["---".to_owned()].into_iter().chain(rule))
    }

    fn cells(&self, figure: &Figure) -> Vec<String> {
        let show = |value| self.measurement.show(value);
        let detail = figure.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
        let mut cells = vec![show(figure.value) + &detail];
        if self.spread {
            let spread = figure.spread.map(|(low, high)| format!("{} to {}", show(low), show(high)));
            cells.push(spread.unwrap_or_else(|| DASH.to_owned()));
        }
        let more = figure.more.iter().map(|value| show(*value)).chain(repeat(DASH.to_owned()));
        cells.extend(more.take(self.measurement.more().len()));
        if self.measurement.comparison() == Comparison::Yardsticks {
            cells.extend([HAND_WRITTEN, DIRECT].map(|yardstick| self.beside(figure, yardstick)));
        }
        cells
    }

    fn beside(&self, figure: &Figure, yardstick: &str) -> String {
        match self.ranking.value_of(yardstick) {
            None => DASH.to_owned(),
            Some(other) => compared(self.measurement, figure.value, other),
        }
    }

    fn dashes(&self) -> Vec<String> {
        let compared = if self.measurement.comparison() == Comparison::Yardsticks { 2 } else { 0 };
        vec![DASH.to_owned(); 1 + usize::from(self.spread) + compared]
    }
}

/// The difference, and the ratio if there is one.
fn compared(measurement: Measurement, own: f64, other: f64) -> String {
    if measurement.show(own) == measurement.show(other) {
        return "=".to_owned();
    }
    let sign = if own < other { "−" } else { "+" };
    let difference = format!("{sign}{}", measurement.show((own - other).abs()));
    if other == 0.0 { difference } else { format!("{difference} (× {:.2})", own / other) }
}

/// The goals, and whether ours meet them.
pub(super) fn goals(results: &Results) -> String {
    let mut table = row(["", "unit", HAND_WRITTEN, OURS, "goal", ""].map(str::to_owned));
    table.push_str("| --- | --- | ---: | ---: | --- | --- |\n");
    for goal in &GOALS {
        let measurement = goal.measurement;
        let show = |value| measurement.show(value);
        table.extend(goal.judge(results).into_iter().map(|judgement| {
            row([
                judgement.name,
                measurement.unit().to_owned(),
                judgement.hand_written.map_or_else(|| DASH.to_owned(), show),
                show(judgement.ours),
                goal.limit(),
                if judgement.met { "met" } else { "**missed**" }.to_owned(),
            ])
        }));
    }
    table
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

/// Ours stand out.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let marked =
        names.map(|name| if role(name) == Role::Ours { format!("**{name}**") } else { name.to_owned() });
    marked.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Form;

    #[test]
    fn a_ranking_is_compared_with_both_yardsticks() {
        let figures = [(OURS, 152.0), ("peer", 152.0), (HAND_WRITTEN, 160.0), (DIRECT, 100.0)];
        let figures = figures.map(|(name, value)| Figure::exact(name, value)).to_vec();
        let table = ranking(&Ranking::new(Measurement::Future, figures), &[]);
        let expected = "|  | bytes | beside hand-written | beside direct |\n\
                        | --- | ---: | ---: | ---: |\n\
                        | direct | 100 | −60 (× 0.62) | = |\n\
                        | **retry-runtime**, peer | 152 | −8 (× 0.95) | +52 (× 1.52) |\n\
                        | hand-written | 160 | = | +60 (× 1.60) |\n";
        assert_eq!(table, expected);
    }

    #[test]
    fn a_ratio_has_its_spread_and_no_comparison() {
        let figure = Figure { spread: Some((2.0, 2.5)), ..Figure::exact("peer", 2.25) };
        let table = ranking(&Ranking::new(Measurement::Check(Form::Async), vec![figure]), &[]);
        assert!(table.ends_with("| peer | 2.25 | 2.00 to 2.50 |\n"), "{table}");
    }

    #[test]
    fn further_columns_are_there_for_those_who_have_them() {
        let figures = vec![
            Figure::exact("a clock read", 30.0),
            Figure { more: vec![1.0, 70.0, 120.0], ..Figure::exact("cancel", 40.0) },
        ];
        let table = ranking(&Ranking::new(Measurement::LimitInstructions(Form::Async), figures), &[]);
        assert!(
            table.ends_with("| a clock read | 30 | – | – | – |\n| cancel | 40 | 1 | 70 | 120 |\n"),
            "{table}"
        );
    }

    #[test]
    fn beside_nothing_there_is_no_ratio() {
        assert_eq!(compared(Measurement::Future, 3.0, 0.0), "+3");
        assert_eq!(compared(Measurement::Future, 0.0, 0.0), "=");
    }

    #[test]
    fn goals_say_what_was_missed() {
        let mut results = Results::default();
        let figures = vec![Figure::exact(OURS, 177.0), Figure::exact(HAND_WRITTEN, 160.0)];
        results.add(Ranking::new(Measurement::Future, figures));
        let table = goals(&results);
        assert!(
            table.ends_with("| future | bytes | 160 | 177 | ≤ hand-written + 16 | **missed** |\n"),
            "{table}"
        );
    }
}
