//! What a coordinator is asked, and how many calls one can serve.

use std::{fs, thread};

use anyhow::{Context, Result, ensure};

use crate::{
    contestants::BARE_REDIS,
    program::{Program, numbers},
    redis::Redis,
    results::Figure,
    statistics::quartiles,
    trips::Trips,
};

/// A short run and a long one: what a connection costs is in both.
const CALLS: [u64; 2] = [100, 1_100];
/// Tasks share them evenly.
const MANY_CALLS: u64 = 256 * 100;
const ROUNDS: usize = 9;

/// Round trips per call, in whole tenths: a connection may be read from once more.
pub(super) fn round_trips(programs: &[Program], redis: &Redis, trips: Trips) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for program in programs {
        // Before it is counted, the server knows the script.
        if reads(program, redis, trips, 1)?.is_none() {
            continue;
        }
        let count = |calls| reads(program, redis, trips, calls)?.context("a program lost a scenario");
        let [few, many] = [count(CALLS[0])?, count(CALLS[1])?];
        let tenths = (10.0 * (many - few) / (CALLS[1] - CALLS[0]) as f64).round() / 10.0;
        figures.push(Figure::exact(&program.contestant, tenths));
    }
    Ok(figures)
}

/// How often the server reads while so many calls are made.
fn reads(program: &Program, redis: &Redis, trips: Trips, calls: u64) -> Result<Option<f64>> {
    let scenario = format!("round-trips-{}", trips.name());
    let before = redis.reads()?;
    let ran = numbers::<0>(&program.plain, &[&scenario, "run", &calls.to_string(), &redis.url()])?;
    if ran.is_none() {
        return Ok(None);
    }
    Ok(Some((redis.reads()? - before) as f64))
}

/// Calls a second that one Redis coordinates, as a ratio to the bare client of the same round.
pub(super) fn throughput(programs: &[Program], redis: &Redis) -> Result<Vec<Figure>> {
    let mut rounds = vec![Vec::new(); programs.len()];
    for _ in 0..ROUNDS {
        for (program, rates) in programs.iter().zip(&mut rounds) {
            rates.push(rate(program, redis)?);
        }
    }
    let bare = programs.iter().position(|program| program.contestant == BARE_REDIS);
    let bare = rounds[bare.context("nothing to compare with: there is no `bare-redis`")?].clone();
    let figures = programs.iter().zip(&rounds).map(|(program, rates)| {
        let ratios: Vec<f64> = rates.iter().zip(&bare).map(|(own, bare)| own / bare).collect();
        let more = vec![quartiles(rates).middle];
        Figure { more, ..Figure::spread(&program.contestant, quartiles(&ratios)) }
    });
    let mut figures: Vec<Figure> = figures.collect();
    let detail = format!("{}, {}", redis.version()?, machine());
    for figure in figures.iter_mut().filter(|figure| figure.contestant == BARE_REDIS) {
        figure.detail = Some(detail.clone());
    }
    Ok(figures)
}

/// Whose calls a second they are, where the system tells.
fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("unknown processor", |(_, model)| model);
    format!("{cores} × {}", model.trim())
}

/// Calls a second.
fn rate(program: &Program, redis: &Redis) -> Result<f64> {
    let before = redis.scripts()?;
    let said = numbers(&program.plain, &["coordinated", "time", &MANY_CALLS.to_string(), &redis.url()])?;
    let [nanoseconds] = said.with_context(|| format!("{} lost a scenario", program.contestant))?;
    // A call that is not answered in time goes on alone, and would count as a fast one.
    let scripts = redis.scripts()? - before;
    ensure!(
        scripts >= MANY_CALLS,
        "{}: of {MANY_CALLS} calls {scripts} were coordinated: the machine is too busy to answer within the limit",
        program.contestant,
    );
    Ok(MANY_CALLS as f64 / (nanoseconds as f64 / 1e9))
}
