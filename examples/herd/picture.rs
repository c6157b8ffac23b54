//! The outcomes as SVG: a row for each strategy, its load and its goodput over time. Text stays text, so no font is
//! needed to draw it.

use std::{io, time::Duration};

use plotters::{
    coord::Shift,
    prelude::{
        DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, IntoFont, PathElement, Polygon, RGBColor,
        Rectangle, SVGBackend, Text, WHITE,
    },
    style::{
        Color, FontStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::{
    outcome::Outcome,
    scenario::{BEFORE, NORMAL_LOAD, OUTAGE, outage, whole},
    strategies::Strategy,
    timeline::{STEP, steps},
};

const WIDTH: i32 = 900;
const HEAD: i32 = 108;
const ROW: i32 = 64;
const CURVE_HEIGHT: i32 = 46;
const FOOT: i32 = 26;
/// Where names begin.
const NAME: i32 = 16;
const CURVE_WIDTH: i32 = 290;

const INK: RGBColor = RGBColor(31, 35, 40);
const PALE_INK: RGBColor = RGBColor(101, 109, 118);
const GRID: RGBColor = RGBColor(208, 215, 222);
const SHADE: RGBColor = RGBColor(255, 235, 228);
const LIMIT: RGBColor = RGBColor(207, 34, 46);

/// A column of curves.
struct Column {
    title: &'static str,
    left: i32,
    color: RGBColor,
    /// The multiple of the normal load at the upper edge. A curve that goes higher is cut off.
    top: f64,
    /// Where there is a line with a figure.
    mark: f64,
    value: fn(&Outcome, Duration) -> f64,
}

const COLUMNS: [Column; 2] = [
    Column {
        title: "load: requests, × normal",
        left: 250,
        color: RGBColor(110, 155, 215),
        top: 8.0,
        mark: 5.0,
        value: Outcome::load,
    },
    Column {
        title: "goodput: answers in time, × normal",
        left: 585,
        color: RGBColor(70, 165, 105),
        top: 1.6,
        mark: 1.0,
        value: Outcome::goodput,
    },
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// The picture as SVG.
pub(crate) fn draw(outcomes: &[(Strategy, Outcome)]) -> Result<String, DrawingAreaErrorKind<io::Error>> {
    let mut svg = String::new();
    let rows = i32::try_from(outcomes.len()).expect("a page of strategies");
    let size = (WIDTH.unsigned_abs(), (HEAD + rows * ROW + FOOT).unsigned_abs());
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        draw_head(&area)?;
        for (row, (strategy, outcome)) in (0..).zip(outcomes) {
            draw_row(&area, *strategy, outcome, HEAD + row * ROW)?;
        }
        draw_foot(&area, HEAD + rows * ROW)?;
        area.present()?;
    }
    Ok(svg)
}

fn draw_head(area: &Area<'_>) -> Drawn {
    let title = format!("What retries do to a server that hangs for {} s", OUTAGE.as_secs());
    let legend = format!(
        "Shaded: it hangs; then it is restarted. Red: what it can do, {:.2} times the normal load. Seconds count \
         from the beginning of the outage.",
        1.0 / NORMAL_LOAD
    );
    area.draw(&Text::new(title, (NAME, 24), bold(17)))?;
    area.draw(&Text::new(legend, (NAME, 50), plain(13, HPos::Left)))?;
    COLUMNS
        .iter()
        .try_for_each(|column| area.draw(&Text::new(column.title, (column.left, HEAD - 20), bold(14))))
}

/// A strategy's name, what came of it, and its curves.
fn draw_row(area: &Area<'_>, strategy: Strategy, outcome: &Outcome, top: i32) -> Drawn {
    area.draw(&Text::new(strategy.name(), (NAME, top + 14), bold(14)))?;
    let figures = format!("{:.2} requests a call, {}", outcome.requests_per_call(), recovery(outcome));
    area.draw(&Text::new(figures, (NAME, top + 33), plain(12, HPos::Left)))?;
    COLUMNS.iter().try_for_each(|column| draw_curve(area, column, outcome, top))
}

fn recovery(outcome: &Outcome) -> String {
    match outcome.recovery() {
        None => "stays down".to_owned(),
        Some(time) if time < Duration::from_secs(1) => "back at once".to_owned(),
        Some(time) => format!("back after {:.0} s", time.as_secs_f64()),
    }
}

fn draw_curve(area: &Area<'_>, column: &Column, outcome: &Outcome, top: i32) -> Drawn {
    let (bottom, right) = (top + CURVE_HEIGHT, column.left + CURVE_WIDTH);
    let line = |height: f64, color: RGBColor| {
        let y = column.y(height, bottom);
        PathElement::new([(column.left, y), (right, y)], color.stroke_width(1))
    };
    let [begin, end] = [outage().start, outage().end].map(|at| column.x(at));
    area.draw(&Rectangle::new([(begin, top), (end, bottom)], SHADE.filled()))?;
    area.draw(&line(column.mark, GRID))?;
    let mark = (column.left - 6, column.y(column.mark, bottom));
    area.draw(&Text::new(format!("{} ×", column.mark), mark, plain(12, HPos::Right)))?;

    let values = || steps(whole()).map(|step| (step, (column.value)(outcome, step)));
    let points = values().map(|(step, value)| (column.x(step + STEP / 2), column.y(value, bottom)));
    let outline = [(column.left, bottom)].into_iter().chain(points).chain([(right, bottom)]);
    area.draw(&Polygon::new(outline.collect::<Vec<_>>(), column.color.filled()))?;
    area.draw(&line(1.0 / NORMAL_LOAD, LIMIT))?;
    area.draw(&line(0.0, PALE_INK))?;

    let Some((step, highest)) = values().max_by(|a, b| a.1.total_cmp(&b.1)) else { return Ok(()) };
    if highest <= column.top {
        return Ok(());
    }
    area.draw(&Text::new(format!("{highest:.0} ×"), (column.x(step) + 8, top + 5), plain(12, HPos::Left)))
}

fn draw_foot(area: &Area<'_>, top: i32) -> Drawn {
    for column in &COLUMNS {
        for seconds in [0, 20, 40, 60, 80] {
            let x = column.x(BEFORE + Duration::from_secs(seconds));
            area.draw(&Text::new(format!("{seconds} s"), (x, top), plain(12, HPos::Center)))?;
        }
    }
    Ok(())
}

impl Column {
    fn x(&self, at: Duration) -> i32 {
        self.left + pixels(at.div_duration_f64(whole().end), CURVE_WIDTH)
    }

    fn y(&self, value: f64, bottom: i32) -> i32 {
        bottom - pixels(value / self.top, CURVE_HEIGHT)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a length in pixels")]
fn pixels(part: f64, length: i32) -> i32 {
    (part.clamp(0.0, 1.0) * f64::from(length)).round() as i32
}

fn bold(size: i32) -> TextStyle<'static> {
    text(size, INK, HPos::Left, FontStyle::Bold)
}

fn plain(size: i32, horizontal: HPos) -> TextStyle<'static> {
    text(size, PALE_INK, horizontal, FontStyle::Normal)
}

fn text(size: i32, color: RGBColor, horizontal: HPos, style: FontStyle) -> TextStyle<'static> {
    let font = ("sans-serif", size).into_font().style(style);
    let color = color.to_backend_color();
    TextStyle { color, ..TextStyle::from(font).pos(Pos::new(horizontal, VPos::Center)) }
}
