//! `RESULTS.md` and its pictures.

mod picture;
mod tables;
mod versions;

use std::{
    fmt::{self, Write},
    fs,
};

use anyhow::{Context, Result};

use self::versions::Versions;
use crate::{
    contestants::Contestant,
    measurement::{Measurement, SECTIONS, Section},
    results::{Ranking, Results},
    workspace::{self, Workspace},
};

const HEAD: &str = "# Beside what a user would pick instead

Written by `cargo run --release -p retry-benches`, in about 25 minutes, on Linux with valgrind and redis-server.
Do not edit: the remarks come from `benches/remarks`, and what a contestant cannot do from its `main.rs`.

Each contestant is built alone, so that no other crate's features change it, and is checked for the right result
and number of attempts before it is measured. Figures are counts, or ratios within one run: they belong to the
versions below, not to a machine, and absolute times are not claimed, but for what two threads get through. Less is
better everywhere else; a dash means that a contestant has no such form. In the pictures ours are green, the yardsticks
grey.
";

/// Replaces the results and the pictures.
pub(crate) fn write(workspace: &Workspace, contestants: &[Contestant], results: &Results) -> Result<()> {
    let pictures = workspace.benches().join("pictures");
    if pictures.exists() {
        fs::remove_dir_all(&pictures).with_context(|| format!("cannot replace {}", pictures.display()))?;
    }
    let mut report = Report { workspace, contestants, results, text: HEAD.to_owned() };
    report.versions()?;
    report.goals();
    for section in &SECTIONS {
        report.section(section)?;
    }
    report.contestants()?;
    let path = workspace.benches().join("RESULTS.md");
    workspace::write(&path, &report.text)?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// The tables alone, for a part of the measurements.
pub(crate) fn print(contestants: &[Contestant], results: &Results, measurements: &[Measurement]) {
    for ranking in measurements.iter().filter_map(|measurement| results.ranking(*measurement)) {
        println!("{}\n\n{}", ranking.measurement.name(), tables::ranking(ranking, contestants));
    }
    println!("{}", tables::goals(results));
}

struct Report<'a> {
    workspace: &'a Workspace,
    contestants: &'a [Contestant],
    results: &'a Results,
    text: String,
}

impl Report<'_> {
    fn line(&mut self, line: impl fmt::Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn paragraph(&mut self, paragraph: impl fmt::Display) {
        self.line(format_args!("\n{paragraph}"));
    }

    fn versions(&mut self) -> Result<()> {
        let tools = versions::tools(self.workspace)?;
        self.paragraph(tools);
        Ok(())
    }

    fn goals(&mut self) {
        self.paragraph("## Goals");
        self.paragraph(tables::goals(self.results).trim_end());
    }

    fn section(&mut self, section: &Section) -> Result<()> {
        self.paragraph(format_args!("## {}", section.title));
        self.paragraph(section.how);
        for measurement in section.measurements {
            let Some(ranking) = self.results.ranking(*measurement) else { continue };
            if section.measurements.len() > 1 {
                self.paragraph(format_args!("### {}", measurement.title()));
            }
            self.ranking(section, ranking)?;
            if section.name != measurement.name() {
                self.remarks(&measurement.name())?;
            }
        }
        self.remarks(section.name)
    }

    fn ranking(&mut self, section: &Section, ranking: &Ranking) -> Result<()> {
        self.paragraph(tables::ranking(ranking, self.contestants).trim_end());
        if !picture::is_worth_drawing(ranking) {
            return Ok(());
        }
        let measurement = ranking.measurement;
        let name = measurement.name();
        let title =
            format!("{}: {} ({})", section.title, measurement.title().to_lowercase(), measurement.unit());
        let svg = picture::draw(&title, ranking)?;
        workspace::write(&self.workspace.benches().join("pictures").join(format!("{name}.svg")), &svg)?;
        self.paragraph(format_args!("![{title}](pictures/{name}.svg)"));
        Ok(())
    }

    /// Why a row is lost, if there is something to say.
    fn remarks(&mut self, name: &str) -> Result<()> {
        let path = self.workspace.benches().join("remarks").join(format!("{name}.md"));
        if path.exists() {
            let remarks = workspace::read(&path)?;
            self.paragraph(remarks.trim());
        }
        Ok(())
    }

    fn contestants(&mut self) -> Result<()> {
        self.paragraph("## The contestants\n");
        for contestant in self.contestants {
            let versions = Versions::of(self.workspace, contestant)?;
            let caveats = contestant.caveats.replace('\n', " ");
            self.line(format_args!("- **{}**{versions}: {caveats}", contestant.name));
        }
        Ok(())
    }
}
