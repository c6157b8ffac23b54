//! One measurement a file, each of them over all contestants that take part.

mod allocations;
mod cargo_check;
mod cold_build;
mod coordination;
mod cpu;
mod instructions;
mod limits;
mod text;
mod time;

use anyhow::{Context, Result};

use crate::{
    contestants::{Contestant, Discipline},
    measurement::Measurement,
    program::Program,
    redis::Redis,
    results::{Figure, Ranking, Results},
    workspace::Workspace,
};

/// What measurements work on.
struct Field<'a> {
    workspace: &'a Workspace,
    contestants: &'a [Contestant],
    programs: Vec<Program>,
    /// Of limits.
    limited: Vec<Program>,
    /// Of coordination, and the server.
    coordinated: Vec<Program>,
    redis: Option<Redis>,
}

/// Builds and checks what is needed, then measures.
pub(crate) fn measure(
    workspace: &Workspace,
    contestants: &[Contestant],
    measurements: &[Measurement],
) -> Result<Results> {
    if measurements.iter().any(|measurement| measurement.needs_valgrind()) {
        instructions::find_valgrind()?;
    }
    let build = |discipline: Discipline| -> Result<Vec<Program>> {
        if !measurements.iter().any(|measurement| measurement.runs_programs_of(discipline)) {
            return Ok(Vec::new());
        }
        let contestants = contestants.iter().filter(|contestant| contestant.discipline == discipline);
        contestants.map(|contestant| Program::build(workspace, contestant)).collect()
    };
    let (programs, limited) = (build(Discipline::Retries)?, build(Discipline::Limits)?);
    let needs_redis =
        measurements.iter().any(|measurement| measurement.runs_programs_of(Discipline::Coordination));
    let redis = if needs_redis { Some(Redis::start(workspace)?) } else { None };
    let coordinated = build(Discipline::Coordination)?;
    let field = Field { workspace, contestants, programs, limited, coordinated, redis };
    let mut results = Results::default();
    for measurement in measurements {
        eprintln!("measuring {}", measurement.name());
        results.add(Ranking::new(*measurement, field.measure(*measurement)?));
    }
    Ok(results)
}

impl Field<'_> {
    fn redis(&self) -> Result<&Redis> {
        self.redis.as_ref().context("no server was started")
    }

    fn measure(&self, measurement: Measurement) -> Result<Vec<Figure>> {
        match measurement {
            Measurement::Instructions(scenario) => instructions::measure(&self.programs, scenario),
            Measurement::Allocations(scenario) => allocations::measure(&self.programs, scenario),
            Measurement::Future => allocations::future(&self.programs),
            Measurement::Waiting => allocations::waiting(&self.programs),
            Measurement::Text(form) => text::measure(self.workspace, self.contestants, form),
            Measurement::Check(form) => cargo_check::measure(self.workspace, self.contestants, form),
            Measurement::ColdBuild => cold_build::cpu_seconds(self.workspace, self.contestants),
            Measurement::Crates => cold_build::crates(self.workspace, self.contestants),
            Measurement::Time(scenario) => time::measure(&self.programs, scenario),
            Measurement::ZeroDelay => time::zero_delay(&self.programs),
            Measurement::LimitInstructions(form) => limits::instructions(&self.limited, form),
            Measurement::LimitAllocations(form) => limits::allocations(&self.limited, form),
            Measurement::Throughput(contest) => time::throughput(&self.limited, contest),
            Measurement::RoundTrips(trips) => {
                coordination::round_trips(&self.coordinated, self.redis()?, trips)
            }
            Measurement::Coordination => coordination::throughput(&self.coordinated, self.redis()?),
        }
    }
}
