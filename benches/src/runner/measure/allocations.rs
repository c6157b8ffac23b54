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
        let found = numbers(&program.counting, &[scenario.name(), "allocations", CALLS])?;
        if let Some([blocks, bytes]) = found {
            let per_call = Figure::exact(&program.contestant, blocks as f64 / 100.0);
            let detail = (bytes > 0).then(|| format!("{} bytes", bytes as f64 / 100.0));
            figures.push(Figure { detail, ..per_call });
        }
    }
    Ok(figures)
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
