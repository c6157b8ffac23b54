//! What each limit of ours adds to a call that succeeds at once.

use anyhow::Result;

use super::{
    allocations,
    instructions::{self, Count, MANY_CALLS},
};
use crate::{
    limit::{CLOCK, Limit},
    program::Program,
    results::Figure,
    template::Form,
};

/// Beside the reads of a clock, and the function without a limit, of whichever program has them.
pub(super) fn instructions(programs: &[Program], form: Form) -> Result<Vec<Figure>> {
    let count = |scenario: &str| -> Result<Vec<Count>> {
        let counts =
            programs.iter().map(|program| instructions::per_call(&program.plain, scenario, MANY_CALLS));
        Ok(counts.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    };
    let clock = count(&format!("clock-{}", form.name()))?;
    let no_clock = count(&format!("no-clock-{}", form.name()))?;
    let none = count(&Limit::None.scenario(form))?;
    let ([clock, ..], [no_clock, ..], [none, ..]) = (&clock[..], &no_clock[..], &none[..]) else {
        return Ok(Vec::new());
    };
    let read = clock.instructions - no_clock.instructions;
    let mut figures = vec![Figure::exact(CLOCK, read)];
    for limit in Limit::ALL {
        figures.extend(count(&limit.scenario(form))?.iter().map(|call| figure(limit, call, none, read)));
    }
    Ok(figures)
}

/// These functions ask the system for nothing but the time, which has no other way under valgrind.
fn figure(limit: Limit, call: &Count, none: &Count, read: f64) -> Figure {
    let reads = call.system_calls;
    let added = call.instructions - none.instructions;
    let more = vec![reads, added, call.instructions];
    Figure { more, ..Figure::exact(limit.title(), added - reads * read) }
}

pub(super) fn allocations(programs: &[Program], form: Form) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for program in programs {
        for limit in Limit::ALL {
            figures.extend(allocations::per_call(program, &limit.scenario(form), limit.title())?);
        }
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_set_beside_its_reads_of_the_clock() {
        let none = Count { instructions: 50.0, system_calls: 0.0 };
        let call = Count { instructions: 154.0, system_calls: 2.0 };
        let figure = figure(Limit::Breaker, &call, &none, 30.0);
        assert_eq!((figure.value, figure.more), (44.0, vec![2.0, 104.0, 154.0]));
    }
}
