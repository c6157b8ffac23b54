//! The runner: builds each contestant alone, checks it, measures it, and writes `RESULTS.md`.
//!
//! - without arguments: everything
//! - `check`: whether the deterministic counts are within their limits
//! - `only NAME...`: sections, measurements and contestants by name, printed and not written

#![forbid(unsafe_code)]

mod contest;
mod contestants;
mod generated;
mod goals;
mod limit;
mod manifest;
mod measure;
mod measurement;
mod program;
mod redis;
mod regression;
mod report;
mod results;
mod scenario;
mod selection;
mod statistics;
mod template;
mod trips;
mod variant;
mod workspace;

use std::{env, process::ExitCode};

use anyhow::{Result, bail};

use crate::{contestants::Contestant, measure::measure, selection::Selection, workspace::Workspace};

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = Workspace::find()?;
    let contestants = Contestant::all(&workspace)?;
    match arguments[..] {
        [] => everything(&workspace, &contestants),
        ["check"] => {
            let holds = regression::check(&workspace, contestants)?;
            Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        ["only", ref names @ ..] => only(&workspace, Selection::of(names, contestants)?),
        _ => bail!("unknown arguments `{}`: none, `check` or `only NAME...`", arguments.join(" ")),
    }
}

fn everything(workspace: &Workspace, contestants: &[Contestant]) -> Result<ExitCode> {
    let results = measure(workspace, contestants, &measurement::all())?;
    report::write(workspace, contestants, &results)?;
    Ok(ExitCode::SUCCESS)
}

fn only(workspace: &Workspace, selection: Selection) -> Result<ExitCode> {
    let Selection { contestants, measurements } = selection;
    let results = measure(workspace, &contestants, &measurements)?;
    report::print(&contestants, &results, &measurements);
    Ok(ExitCode::SUCCESS)
}
