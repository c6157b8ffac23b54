//! What is measured: the names, units and explanations, in the order of the results.

use crate::{contest::Contest, contestants::Discipline, scenario::Scenario, template::Form, trips::Trips};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measurement {
    Instructions(Scenario),
    Allocations(Scenario),
    Future,
    Waiting,
    Text(Form),
    Check(Form),
    ColdBuild,
    Crates,
    Time(Scenario),
    ZeroDelay,
    LimitInstructions(Form),
    LimitAllocations(Form),
    Throughput(Contest),
    RoundTrips(Trips),
    Coordination,
}

/// How a figure is set beside the yardsticks'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// By difference and ratio.
    Yardsticks,
    /// It is a ratio already, or stands for itself.
    None,
}

impl Measurement {
    /// Its name on the command line, of its remarks and of its picture.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Instructions(scenario) => format!("instructions-{}", scenario.name()),
            Self::Allocations(scenario) => format!("allocations-{}", scenario.name()),
            Self::Future => "future".to_owned(),
            Self::Waiting => "waiting".to_owned(),
            Self::Text(form) => format!("text-{}", form.name()),
            Self::Check(form) => format!("check-{}", form.name()),
            Self::ColdBuild => "cold-build".to_owned(),
            Self::Crates => "crates".to_owned(),
            Self::Time(scenario) => format!("time-{}", scenario.name()),
            Self::ZeroDelay => "zero-delay".to_owned(),
            Self::LimitInstructions(form) => format!("limits-{}", form.name()),
            Self::LimitAllocations(form) => format!("limits-allocations-{}", form.name()),
            Self::Throughput(contest) => format!("throughput-{}", contest.name()),
            Self::RoundTrips(trips) => format!("round-trips-{}", trips.name()),
            Self::Coordination => "coordination".to_owned(),
        }
    }

    /// Beneath the title of its section.
    pub(crate) fn title(self) -> String {
        match self {
            Self::Instructions(scenario) | Self::Allocations(scenario) | Self::Time(scenario) => {
                capitalized(scenario.title())
            }
            Self::Throughput(contest) => capitalized(contest.title()),
            Self::RoundTrips(trips) => capitalized(trips.title()),
            Self::Coordination => "Calls that one Redis coordinates".to_owned(),
            Self::LimitAllocations(form) => format!("{} functions, allocations", capitalized(form.name())),
            Self::Text(form) | Self::Check(form) | Self::LimitInstructions(form) => {
                format!("{} functions", capitalized(form.name()))
            }
            Self::Future => "One call".to_owned(),
            Self::Waiting => "One of a million".to_owned(),
            Self::ColdBuild => "Compilation".to_owned(),
            Self::Crates => "Dependencies".to_owned(),
            Self::ZeroDelay => {
                "Ours with a zero delay as written, less hand-written without a timer".to_owned()
            }
        }
    }

    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Instructions(_) | Self::LimitInstructions(_) => "instructions",
            Self::Allocations(_) | Self::LimitAllocations(_) => "allocations",
            Self::Future | Self::Waiting | Self::Text(_) => "bytes",
            Self::Check(_) => "× direct",
            Self::ColdBuild => "CPU seconds",
            Self::Crates => "crates",
            Self::Time(_) => "× hand-written",
            Self::ZeroDelay => "µs",
            Self::Throughput(_) => "million calls a second",
            Self::RoundTrips(_) => "round trips",
            Self::Coordination => "× bare client",
        }
    }

    /// The titles of further columns.
    pub(crate) const fn more(self) -> &'static [&'static str] {
        match self {
            Self::LimitInstructions(_) => &["clock reads", "with them", "the whole call"],
            Self::Coordination => &["calls a second"],
            _ => &[],
        }
    }

    pub(crate) const fn comparison(self) -> Comparison {
        match self {
            Self::Check(_)
            | Self::Time(_)
            | Self::ZeroDelay
            | Self::Throughput(_)
            | Self::RoundTrips(_)
            | Self::Coordination => Comparison::None,
            _ if self.is_of_limits() => Comparison::None,
            _ => Comparison::Yardsticks,
        }
    }

    /// Whether the programs of a discipline are needed.
    pub(crate) fn runs_programs_of(self, discipline: Discipline) -> bool {
        let needed = match self {
            Self::Text(_) | Self::Check(_) | Self::ColdBuild | Self::Crates => None,
            Self::LimitInstructions(_) | Self::LimitAllocations(_) | Self::Throughput(_) => {
                Some(Discipline::Limits)
            }
            Self::RoundTrips(_) | Self::Coordination => Some(Discipline::Coordination),
            _ => Some(Discipline::Retries),
        };
        needed == Some(discipline)
    }

    pub(crate) const fn needs_valgrind(self) -> bool {
        matches!(self, Self::Instructions(_) | Self::LimitInstructions(_))
    }

    /// Whether its rows are the limits of ours.
    pub(crate) const fn is_of_limits(self) -> bool {
        matches!(self, Self::LimitInstructions(_) | Self::LimitAllocations(_))
    }

    /// Whether it says something about a contestant to be absent.
    pub(crate) const fn is_open_to_all(self) -> bool {
        let is_of_some =
            matches!(self, Self::ZeroDelay | Self::Throughput(_) | Self::RoundTrips(_) | Self::Coordination);
        !is_of_some && !self.is_of_limits()
    }

    pub(crate) const fn is_better_if_more(self) -> bool {
        matches!(self, Self::Throughput(_) | Self::Coordination)
    }

    /// A figure, as exact as it is.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Check(_) | Self::Time(_) | Self::ZeroDelay if value != 0.0 && value.abs() < 0.01 => {
                format!("{value:.1e}")
            }
            Self::Check(_) | Self::Time(_) | Self::ZeroDelay => format!("{value:.2}"),
            Self::Coordination if value < 100.0 => format!("{value:.2}"),
            Self::ColdBuild | Self::Throughput(_) => format!("{value:.1}"),
            Self::RoundTrips(_) if value.fract() != 0.0 => format!("{value:.1}"),
            // A block that is allocated now and then, an instruction that is not there each time.
            Self::Allocations(_)
            | Self::Instructions(_)
            | Self::LimitAllocations(_)
            | Self::LimitInstructions(_)
                if value < 1000.0 && value.fract() != 0.0 =>
            {
                format!("{value:.1}")
            }
            _ => format!("{value:.0}"),
        }
    }
}

/// Measurements under one heading.
pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What was measured, and how.
    pub(crate) how: &'static str,
    pub(crate) measurements: &'static [Measurement],
}

pub(crate) const SECTIONS: [Section; 12] = [
    Section {
        name: "instructions",
        title: "Instructions per call",
        how: "Instructions that callgrind counts in a long run less those in a short one, divided by the \
              calls between them. With a timer the count differs by some tens from run to run.",
        measurements: &[
            Measurement::Instructions(Scenario::BlockingSuccess),
            Measurement::Instructions(Scenario::AsyncSuccess),
            Measurement::Instructions(Scenario::BlockingRecovery),
            Measurement::Instructions(Scenario::AsyncRecovery),
            Measurement::Instructions(Scenario::AsWritten),
        ],
    },
    Section {
        name: "allocations",
        title: "Allocations per call",
        how: "Blocks that a counting allocator hands out in 100 calls, divided by them; in brackets their bytes.",
        measurements: &[
            Measurement::Allocations(Scenario::BlockingSuccess),
            Measurement::Allocations(Scenario::AsyncSuccess),
            Measurement::Allocations(Scenario::BlockingRecovery),
            Measurement::Allocations(Scenario::AsyncRecovery),
            Measurement::Allocations(Scenario::AsWritten),
        ],
    },
    Section {
        name: "future",
        title: "Size of a future",
        how: "`size_of_val` of the future of a call whose work keeps 64 bytes across an await.",
        measurements: &[Measurement::Future],
    },
    Section {
        name: "waiting",
        title: "Memory of a waiting call",
        how: "Bytes that the allocator has handed out once a million spawned calls wait an hour for their second \
              attempt, divided by them: task, future and timer, and what the contestant adds. Tokio's tasks \
              come in multiples of 128 bytes.",
        measurements: &[Measurement::Waiting],
    },
    Section {
        name: "text",
        title: "Machine code per function",
        how: "Bytes of `.text` in a program of 200 copies of an annotated function less those in one of 100, \
              divided by 100; fat link-time optimization.",
        measurements: &[Measurement::Text(Form::Async), Measurement::Text(Form::Blocking)],
    },
    Section {
        name: "check",
        title: "Time to check an annotated function",
        how: "CPU time of `cargo check` on 500 copies of an annotated function, as a multiple of the same on \
              500 copies without it; dependencies are checked already. Median of 7 interleaved rounds, and the \
              smallest and largest ratio of a round.",
        measurements: &[Measurement::Check(Form::Async), Measurement::Check(Form::Blocking)],
    },
    Section {
        name: "cold-build",
        title: "Cold build",
        how: "`cargo build` of an empty crate that depends on the contestant, with the features that the other \
              measurements need, into an empty directory: CPU seconds, median and extremes of 3 interleaved rounds, and how \
              many crates that compiles.",
        measurements: &[Measurement::ColdBuild, Measurement::Crates],
    },
    Section {
        name: "time",
        title: "Wall-clock time",
        how: "Time of many calls, at least 5 ms of them, as a multiple of hand-written's in the same round: median \
              and quartiles of 15 interleaved rounds.",
        measurements: &[
            Measurement::Time(Scenario::BlockingSuccess),
            Measurement::Time(Scenario::AsyncSuccess),
            Measurement::Time(Scenario::BlockingRecovery),
            Measurement::Time(Scenario::AsyncRecovery),
            Measurement::Time(Scenario::AsWritten),
            Measurement::ZeroDelay,
        ],
    },
    Section {
        name: "limits",
        title: "What a limit adds to a success",
        how: "Instructions that each limit of ours adds to a call that succeeds at once, beside those of its clock \
              reads. A clock is read by `Instant::now`, of std in blocking functions and of tokio in async ones, and \
              by nothing else: what is made of its answer counts. The last columns are what is added with the \
              reads, and the whole call. Counted as above, allocations too.",
        measurements: &[
            Measurement::LimitInstructions(Form::Blocking),
            Measurement::LimitInstructions(Form::Async),
            Measurement::LimitAllocations(Form::Blocking),
            Measurement::LimitAllocations(Form::Async),
        ],
    },
    Section {
        name: "throughput",
        title: "Limits under contention",
        how: "Calls of two threads that share a limit and nothing else, by the million a second: median and quartiles \
              of 15 interleaved rounds. No call is stopped by its limit. More is better, and the figures are the \
              machine's.",
        measurements: &[
            Measurement::Throughput(Contest::BudgetSuccess),
            Measurement::Throughput(Contest::BudgetFailure),
            Measurement::Throughput(Contest::BreakerSuccess),
            Measurement::Throughput(Contest::BreakerFailure),
        ],
    },
    Section {
        name: "round-trips",
        title: "Round trips to a coordinator",
        how: "How often a real Redis reads from its connections in a long run less in a short one, divided by the calls \
              between them. A retry is a call that fails once and then succeeds, and calls are made one after the other: each \
              read is one question that somebody waits for. `bare-redis` runs the same script without any call.",
        measurements: &[
            Measurement::RoundTrips(Trips::BlockingSuccess),
            Measurement::RoundTrips(Trips::AsyncSuccess),
            Measurement::RoundTrips(Trips::BlockingRetry),
            Measurement::RoundTrips(Trips::AsyncRetry),
        ],
    },
    Section {
        name: "coordination",
        title: "Calls that one Redis coordinates",
        how: "Calls that fail once each, 256 at a time, none of which waits for a timer; beside a client of the same crate \
              that runs the same script as often, as many at a time, over one connection. Each of them is counted at the \
              server. Median and quartiles of 9 interleaved rounds. More is better, and the calls a second are the machine's.",
        measurements: &[Measurement::Coordination],
    },
];

/// All measurements, in the order of the results.
pub(crate) fn all() -> Vec<Measurement> {
    SECTIONS.iter().flat_map(|section| section.measurements).copied().collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measurement_has_a_name_of_its_own() {
        let mut names: Vec<String> = all().into_iter().map(Measurement::name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn figures_are_shown_as_exact_as_they_are() {
        let instructions = Measurement::Instructions(Scenario::AsyncSuccess);
        assert_eq!(instructions.show(50.0), "50");
        assert_eq!(instructions.show(50.26), "50.3");
        assert_eq!(instructions.show(5301.8), "5302");
        assert_eq!(Measurement::Waiting.show(384.4), "384");
        let ratio = Measurement::Check(Form::Async);
        assert_eq!(
            [1.0, 2.333, 0.000_012_3, 0.0].map(|value| ratio.show(value)),
            ["1.00", "2.33", "1.2e-5", "0.00"]
        );
    }
}
