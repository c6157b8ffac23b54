//! How the retries arrived, as SVG: one row with jitter alone, one with slots. Text stays text, so no font is needed.

use std::{io, time::Duration};

use plotters::{
    coord::Shift,
    prelude::{
        DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle,
        SVGBackend, Text, WHITE,
    },
    style::{
        Color, FontStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::arrivals::Arrivals;

const WIDTH: i32 = 900;
const HEAD: i32 = 72;
const ROW: i32 = 190;
const BARS: i32 = 150;
const FOOT: i32 = 26;
const LEFT: i32 = 70;
const RIGHT: i32 = WIDTH - 20;

/// Each bar is what came within 20 ms; the picture ends after 1.3 s, and a row's upper edge is at 500.
const STEP: Duration = Duration::from_millis(20);
const STEPS: u32 = 65;
const TOP: usize = 500;

const INK: RGBColor = RGBColor(31, 35, 40);
const PALE_INK: RGBColor = RGBColor(101, 109, 118);
const GRID: RGBColor = RGBColor(208, 215, 222);
const BAR: RGBColor = RGBColor(110, 155, 215);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// The picture as SVG.
pub(crate) fn draw(slots: &Arrivals, jitter: &Arrivals) -> Result<String, DrawingAreaErrorKind<io::Error>> {
    let mut svg = String::new();
    {
        let size = (WIDTH.unsigned_abs(), (HEAD + 2 * ROW + FOOT).unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE)?;
        let title = "A thousand clients in four processes lose their server at the same moment";
        area.draw(&Text::new(title, (16, 24), text(17, INK, HPos::Left, FontStyle::Bold)))?;
        let legend = "When their retries reach it: connections within 20 ms, by the time since it was lost";
        area.draw(&Text::new(legend, (16, 48), plain(HPos::Left)))?;
        draw_row(&area, "jitter of 10 %", jitter, HEAD)?;
        draw_row(&area, "slots in one Redis", slots, HEAD + ROW)?;
        for tenths in (0..=13).step_by(2) {
            let x = x(Duration::from_millis(tenths * 100));
            let seconds = format!("{}.{} s", tenths / 10, tenths % 10);
            area.draw(&Text::new(seconds, (x, HEAD + 2 * ROW), plain(HPos::Center)))?;
        }
        area.present()?;
    }
    Ok(svg)
}

fn draw_row(area: &Area<'_>, name: &str, arrivals: &Arrivals, top: i32) -> Drawn {
    let bottom = top + 20 + BARS;
    let title = format!("{name}: at most {} within 100 ms", arrivals.peak());
    area.draw(&Text::new(title, (LEFT, top + 4), text(14, INK, HPos::Left, FontStyle::Bold)))?;
    for mark in [0, 100, 250, 500] {
        let y = bottom - height(mark);
        area.draw(&PathElement::new([(LEFT, y), (RIGHT, y)], GRID.stroke_width(1)))?;
        area.draw(&Text::new(mark.to_string(), (LEFT - 8, y), plain(HPos::Right)))?;
    }
    for step in 0..STEPS {
        let (begin, end) = (STEP * step, STEP * (step + 1));
        let count = arrivals.times().iter().filter(|time| (begin..end).contains(time)).count();
        if count > 0 {
            let corners = [(x(begin), bottom - height(count)), (x(end) - 1, bottom)];
            area.draw(&Rectangle::new(corners, BAR.filled()))?;
        }
    }
    Ok(())
}

fn height(count: usize) -> i32 {
    pixels(count as f64 / TOP as f64, BARS)
}

fn x(time: Duration) -> i32 {
    LEFT + pixels(time.div_duration_f64(STEP * STEPS), RIGHT - LEFT)
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a length in pixels")]
fn pixels(part: f64, length: i32) -> i32 {
    (part.clamp(0.0, 1.0) * f64::from(length)).round() as i32
}

fn plain(horizontal: HPos) -> TextStyle<'static> {
    text(12, PALE_INK, horizontal, FontStyle::Normal)
}

fn text(size: i32, color: RGBColor, horizontal: HPos, style: FontStyle) -> TextStyle<'static> {
    let font = ("sans-serif", size).into_font().style(style);
    let color = color.to_backend_color();
    TextStyle { color, ..TextStyle::from(font).pos(Pos::new(horizontal, VPos::Center)) }
}
