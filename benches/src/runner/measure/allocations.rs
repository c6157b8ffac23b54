//! Memory: what calls allocate, what a future takes, what a waiting call holds.

use anyhow::Result;

use crate::{
    program::{Program, numbers},
    results::Figure,
    scenario::Scenario,
};

const CALLS: &str = "100";
const WAITING: &str = "1000000";

pub(super) fn measure(programs: &[Program], scenario: Scenario) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for program in programs {
        figures.extend(per_call(program, scenario.name(), &program.contestant)?);
    }
    Ok(figures)
}

/// Under the name of a row.
pub(super) fn per_call(program: &Program, scenario: &str, row: &str) -> Result<Option<Figure>> {
    let Some([blocks, bytes]) = numbers(&program.counting, &[scenario, "allocations", CALLS])? else {
        return Ok(None);
    };
    let per_call = Figure::exact(row, blocks as f64 / 100.0);
    let detail = (bytes > 0).then(|| format!("{} bytes", bytes as f64 / 100.0));
    Ok(Some(Figure { detail, ..per_call }))
}

pub(super) fn future(programs: &[Program]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for program in programs {
        if let Some([bytes]) = numbers(&program.plain, &["future"])? {
            figures.push(Figure::exact(&program.contestant, bytes as f64));
        }
    }
    Ok(figures)
}

pub(super) fn waiting(programs: &[Program]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for program in programs {
        if let Some([bytes]) = numbers(&program.counting, &["waiting", "wait", WAITING])? {
            figures.push(Figure::exact(&program.contestant, bytes as f64 / 1e6));
        }
    }
    Ok(figures)
}
