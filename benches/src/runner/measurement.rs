//! What is measured: the names, units and explanations, in the order of the results.

use crate::{scenario::Scenario, template::Form};

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
}

/// How a figure is set beside the yardsticks'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// By difference and ratio.
    Yardsticks,
    /// It is a ratio already.
    Ratio,
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
        }
    }

    /// Beneath the title of its section.
    pub(crate) fn title(self) -> String {
        match self {
            Self::Instructions(scenario) | Self::Allocations(scenario) | Self::Time(scenario) => {
                capitalized(scenario.title())
            }
            Self::Text(form) | Self::Check(form) => format!("{} functions", capitalized(form.name())),
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
            Self::Instructions(_) => "instructions",
            Self::Allocations(_) => "allocations",
            Self::Future | Self::Waiting | Self::Text(_) => "bytes",
            Self::Check(_) => "× direct",
            Self::ColdBuild => "CPU seconds",
            Self::Crates => "crates",
            Self::Time(_) => "× hand-written",
            Self::ZeroDelay => "µs",
        }
    }

    pub(crate) const fn comparison(self) -> Comparison {
        match self {
            Self::Check(_) | Self::Time(_) | Self::ZeroDelay => Comparison::Ratio,
            _ => Comparison::Yardsticks,
        }
    }

    /// Whether the contestants' programs are needed.
    pub(crate) const fn runs_programs(self) -> bool {
        matches!(
            self,
            Self::Instructions(_)
                | Self::Allocations(_)
                | Self::Future
                | Self::Waiting
                | Self::Time(_)
                | Self::ZeroDelay
        )
    }

    /// Whether only ours are measured.
    pub(crate) const fn is_about_ours(self) -> bool {
        matches!(self, Self::ZeroDelay)
    }

    /// A figure, as exact as it is.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Check(_) | Self::Time(_) | Self::ZeroDelay if value != 0.0 && value.abs() < 0.01 => {
                format!("{value:.1e}")
            }
            Self::Check(_) | Self::Time(_) | Self::ZeroDelay => format!("{value:.2}"),
            Self::ColdBuild => format!("{value:.1}"),
            // A block that is allocated now and then, an instruction that is not there each time.
            Self::Allocations(_) | Self::Instructions(_) if value < 1000.0 && value.fract() != 0.0 => {
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

pub(crate) const SECTIONS: [Section; 8] = [
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
