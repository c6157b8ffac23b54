//! Machine code per function.

use std::fs;

use anyhow::{Context, Result};
use object::{Object, ObjectSection};

use crate::{
    contestants::Contestant,
    generated::{Generated, Kind},
    results::Figure,
    template::{Form, Template},
    workspace::{Workspace, run},
};

const FEW: usize = 100;
const MANY: usize = 200;

pub(super) fn measure(workspace: &Workspace, contestants: &[Contestant], form: Form) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for contestant in contestants {
        if let Some(template) = contestant.template(form)? {
            let size = |copies| text_size(workspace, contestant, form, &template, copies);
            let slope = (size(MANY)? as f64 - size(FEW)? as f64) / (MANY - FEW) as f64;
            figures.push(Figure::exact(&contestant.name, slope));
        }
    }
    Ok(figures)
}

fn text_size(
    workspace: &Workspace,
    contestant: &Contestant,
    form: Form,
    template: &Template,
    copies: usize,
) -> Result<u64> {
    let name = format!("{}-{}-{copies}", contestant.name, form.name());
    let source = template.program(form, copies);
    let generated =
        Generated::write(workspace, name, &contestant.dependencies_of_copies, Kind::Program, &source)?;
    run(generated.cargo_in_shared_target("build").arg("--release"))?;
    let program = generated.program();
    let read = || -> Result<u64> {
        let bytes = fs::read(&program)?;
        let object = object::File::parse(&*bytes)?;
        Ok(object.section_by_name(".text").context("it has no section .text")?.size())
    };
    read()
        .with_context(|| format!("cannot read the size of {}: the runner knows ELF only", program.display()))
}
