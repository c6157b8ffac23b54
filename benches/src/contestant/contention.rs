//! Functions that two threads call at once, with a limit that both share.

use std::{fs, hint::black_box, sync::Barrier, thread, time::Instant};

use super::{ANSWER, Contestant};
use crate::work::{Outcome, Own};

/// As many as the smallest machine has cores for.
const THREADS: usize = 2;
/// How often it is tried to have a core for each thread.
const ROUNDS: usize = 5;
/// Calls that are checked.
const CALLS: u64 = 100;

impl Contestant {
    /// A blocking function under a kind of limit: two attempts, a delay of zero. No call is ever stopped by the limit.
    pub fn contended<L: Sync>(self, kind: &str, limit: L, call: fn(&L, &mut Own) -> Outcome) -> Self {
        let call = |work: &mut Own| black_box(call)(&limit, work);
        self.contest(&format!("{kind}-success"), 0, &call).contest(&format!("{kind}-failure"), 1, &call)
    }

    /// The calls fail so many times each.
    fn contest(mut self, name: &str, failures: u64, call: &(impl Fn(&mut Own) -> Outcome + Sync)) -> Self {
        if self.finds(name) {
            match self.command.as_str() {
                "verify" => {
                    assert_eq!(repeat(CALLS, failures, call), CALLS * (failures + 1), "attempts");
                }
                "time" => {
                    contend(self.calls / 10, failures, call);
                    println!("{}", contend(self.calls, failures, call));
                }
                other => panic!("no command {other}"),
            }
        }
        self
    }
}

/// Makes so many calls on each thread at once: the nanoseconds that takes, of the first of a few rounds in which each
/// thread has a core, or of the one in which they come nearest to it.
fn contend(calls: u64, failures: u64, call: &(impl Fn(&mut Own) -> Outcome + Sync)) -> u128 {
    let mut nearest = Round { took: 0, waited: u128::MAX };
    for _ in 0..ROUNDS {
        let round = contend_once(calls, failures, call);
        if round.waited < nearest.waited {
            nearest = round;
        }
        if round.waited * 20 < round.took {
            break;
        }
    }
    nearest.took
}

/// In nanoseconds.
#[derive(Clone, Copy)]
struct Round {
    /// From the first call's start to the last one's end.
    took: u128,
    /// How long threads had work and no core: then they do not contend, but take turns.
    waited: u128,
}

fn contend_once(calls: u64, failures: u64, call: &(impl Fn(&mut Own) -> Outcome + Sync)) -> Round {
    let barrier = Barrier::new(THREADS);
    let timed = || {
        barrier.wait();
        let (start, waited) = (Instant::now(), waited());
        repeat(calls, failures, call);
        (start, Instant::now(), self::waited() - waited)
    };
    let spans = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(timed)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no call fails")).collect::<Vec<_>>()
    });
    let start = spans.iter().map(|(start, ..)| *start).min().expect("threads were started");
    let took = spans.iter().map(|(_, end, _)| end.duration_since(start).as_nanos()).max();
    Round { took: took.unwrap_or_default(), waited: spans.iter().map(|(.., waited)| waited).sum() }
}

/// Nanoseconds that this thread has waited for a core since it began, where the system tells.
fn waited() -> u128 {
    let said = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    said.split_whitespace().nth(1).and_then(|waited| waited.parse().ok()).unwrap_or_default()
}

/// Makes so many calls, and says how many attempts they took.
///
/// # Panics
///
/// If one fails: its limit stopped it, and what is measured is not its cost.
fn repeat(calls: u64, failures: u64, call: impl Fn(&mut Own) -> Outcome) -> u64 {
    let mut work = Own::default();
    for _ in 0..calls {
        work.fail_next(failures);
        assert_eq!(call(&mut work), Ok(ANSWER));
    }
    work.attempts()
}
