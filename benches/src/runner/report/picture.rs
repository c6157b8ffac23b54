//! A ranking as horizontal bars, as SVG: the text stays text, so no font is needed to draw it.

use anyhow::Result;
use plotters::{
    coord::Shift,
    prelude::{
        DrawingArea, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, Text, WHITE,
    },
    style::{
        Color, FontStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::{
    contestants::{Role, role},
    results::{Figure, Ranking},
};

const WIDTH: i32 = 760;
const TITLE: i32 = 44;
const ROW: i32 = 24;
const BAR: i32 = 16;
/// Where bars begin: names are to the left.
const LEFT: i32 = 180;
/// Where the longest one ends: values are to the right.
const RIGHT: i32 = WIDTH - 100;

const INK: RGBColor = RGBColor(31, 35, 40);
const OURS: RGBColor = RGBColor(45, 140, 80);
const YARDSTICK: RGBColor = RGBColor(120, 125, 132);
const PEER: RGBColor = RGBColor(125, 165, 215);

/// Two bars, or bars of one length, say less than their table.
pub(super) fn is_worth_drawing(ranking: &Ranking) -> bool {
    let shown = |figure: &Figure| ranking.measurement.show(figure.value);
    ranking.figures.len() > 2
        && ranking.figures.iter().any(|figure| shown(figure) != shown(&ranking.figures[0]))
}

pub(super) fn draw(title: &str, ranking: &Ranking) -> Result<String> {
    let mut svg = String::new();
    let rows = i32::try_from(ranking.figures.len())?;
    let size = (WIDTH.unsigned_abs(), (TITLE + rows * ROW + BAR / 2).unsigned_abs());
    let scale = Scale::of(&ranking.figures);
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        area.draw(&Text::new(title.to_owned(), (16, TITLE / 2), text(HPos::Left, FontStyle::Bold)))?;
        for (row, figure) in (0..).zip(&ranking.figures) {
            let label = ranking.measurement.show(figure.value);
            draw_row(&area, figure, &label, TITLE + row * ROW + ROW / 2, &scale)?;
        }
        area.present()?;
    }
    Ok(svg)
}

/// A name, its bar, the spread, its value.
fn draw_row(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    figure: &Figure,
    label: &str,
    y: i32,
    scale: &Scale,
) -> Result<()> {
    let (color, style) = match role(&figure.contestant) {
        Role::Ours => (OURS, FontStyle::Bold),
        Role::Yardstick => (YARDSTICK, FontStyle::Normal),
        Role::Limit => (OURS, FontStyle::Normal),
        Role::Peer => (PEER, FontStyle::Normal),
    };
    area.draw(&Text::new(figure.contestant.clone(), (LEFT - 8, y), text(HPos::Right, style)))?;
    let end = scale.x(figure.value);
    area.draw(&Rectangle::new([(LEFT, y - BAR / 2), (end, y + BAR / 2)], color.filled()))?;
    let mut right = end;
    if let Some((low, high)) = figure.spread {
        right = right.max(scale.x(high));
        area.draw(&PathElement::new([(scale.x(low), y), (scale.x(high), y)], INK.stroke_width(2)))?;
    }
    area.draw(&Text::new(label.to_owned(), (right + 6, y), text(HPos::Left, style)))?;
    Ok(())
}

fn text(horizontal: HPos, style: FontStyle) -> TextStyle<'static> {
    let font = ("sans-serif", 16).into_font().style(style);
    TextStyle::from(font).color(&INK).pos(Pos::new(horizontal, VPos::Center))
}

/// From zero to the largest value or spread.
struct Scale {
    largest: f64,
}

impl Scale {
    fn of(figures: &[Figure]) -> Self {
        let reach = figures.iter().map(|figure| figure.spread.map_or(figure.value, |(_, high)| high));
        Self { largest: reach.fold(0.0, f64::max) }
    }

    fn x(&self, value: f64) -> i32 {
        let share = if self.largest > 0.0 { (value / self.largest).clamp(0.0, 1.0) } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "a share of a width in pixels")]
        let pixels = (share * f64::from(RIGHT - LEFT)).round() as i32;
        LEFT + pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurement::Measurement;

    #[test]
    fn bars_begin_at_zero_and_the_largest_fills_the_width() {
        let scale = Scale::of(&[Figure::exact("a", 50.0), Figure::exact("b", 200.0)]);
        assert_eq!(scale.x(0.0), LEFT);
        assert_eq!(scale.x(50.0), LEFT + (RIGHT - LEFT) / 4);
        assert_eq!(scale.x(200.0), RIGHT);
    }

    #[test]
    fn zeros_have_no_bar() {
        assert_eq!(Scale::of(&[Figure::exact("a", 0.0)]).x(0.0), LEFT);
    }

    #[test]
    fn what_is_the_same_for_all_is_not_drawn() {
        let ranking = |values: [f64; 3]| {
            let figures = values.map(|value| Figure::exact("peer", value)).to_vec();
            Ranking::new(Measurement::Future, figures)
        };
        assert!(!is_worth_drawing(&ranking([0.0, 0.0, 0.0])));
        assert!(is_worth_drawing(&ranking([0.0, 0.0, 1.0])));
    }

    #[test]
    fn a_picture_names_everyone_and_shows_the_figures() {
        let figures = vec![Figure::exact("direct", 104.0), Figure::exact("retry-runtime", 152.0)];
        let svg = draw("Bytes of a future", &Ranking::new(Measurement::Future, figures)).unwrap();
        for shown in ["direct", "retry-runtime", "104", "152", "Bytes of a future"] {
            assert!(svg.contains(shown), "{shown} is missing in {svg}");
        }
    }
}
