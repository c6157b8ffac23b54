//! What annotated functions add to `cargo check`.

use anyhow::{Context, Result};

use super::cpu;
use crate::{
    contestants::{Contestant, DIRECT},
    generated::{Generated, Kind},
    results::Figure,
    statistics::{extremes, quartiles},
    template::Form,
    workspace::{Workspace, run},
};

const COPIES: usize = 500;
const ROUNDS: usize = 7;

/// A contestant's copies, and the CPU seconds of each round.
struct Checked<'a> {
    contestant: &'a str,
    copies: Generated<'a>,
    seconds: Vec<f64>,
}

pub(super) fn measure(workspace: &Workspace, contestants: &[Contestant], form: Form) -> Result<Vec<Figure>> {
    let mut all = Vec::new();
    for contestant in contestants {
        if let Some(template) = contestant.template(form)? {
            let name = format!("{}-{}-{COPIES}", contestant.name, form.name());
            let source = template.library(COPIES);
            let dependencies = &contestant.dependencies_of_copies;
            let copies = Generated::write(workspace, name, dependencies, Kind::Library, &source)?;
            run(&mut copies.cargo_in_shared_target("check"))?;
            all.push(Checked { contestant: &contestant.name, copies, seconds: Vec::new() });
        }
    }
    for _ in 0..ROUNDS {
        for checked in &mut all {
            checked.copies.touch()?;
            checked.seconds.push(cpu::seconds(&mut checked.copies.cargo_in_shared_target("check"))?);
        }
    }
    let direct = all.iter().find(|checked| checked.contestant == DIRECT);
    let direct = &direct.context("nothing to compare with: `direct` has no copies")?.seconds;
    Ok(all.iter().map(|checked| compare(checked, direct)).collect())
}

/// The ratio of the medians, and the smallest and largest ratio of a round.
fn compare(checked: &Checked, direct: &[f64]) -> Figure {
    let rounds: Vec<f64> = checked.seconds.iter().zip(direct).map(|(own, direct)| own / direct).collect();
    let value = quartiles(&checked.seconds).middle / quartiles(direct).middle;
    Figure { value, ..Figure::spread(checked.contestant, extremes(&rounds)) }
}
