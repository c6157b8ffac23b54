//! Random calls, failures and steps in time against plain lists of when each happened.

use proptest::prelude::*;

use super::super::ratio::Ratio;

const WINDOW: i64 = 10_000;
const SLOT: i64 = WINDOW / 20;
const MILLISECOND: i64 = 1_000_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    Calls(u8),
    Retries(u8),
    /// Milliseconds.
    Time(i64),
}

fn steps(time: impl Strategy<Value = i64>) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..40_u8).prop_map(Step::Calls),
        (1..20_u8).prop_map(Step::Retries),
        time.prop_map(Step::Time)
    ];
    prop::collection::vec(step, 1..150)
}

#[derive(Clone, Copy, Debug)]
struct Figures {
    thousandths: u32,
    per_second: u32,
}

fn figures() -> impl Strategy<Value = Figures> {
    let thousandths = prop_oneof![Just(0), Just(200), 1..3_000_u32];
    let per_second = prop_oneof![Just(0), 0..3_u32];
    (thousandths, per_second).prop_map(|(thousandths, per_second)| Figures { thousandths, per_second })
}

impl Figures {
    fn budget(self) -> Ratio {
        Ratio::new().with_ratio(f64::from(self.thousandths) / 1_000.0).with_reserve(self.per_second)
    }

    fn allows(self, calls: usize, retries: usize) -> bool {
        retries * 1_000 <= calls * self.thousandths as usize + self.per_second as usize * 10_000
    }
}

/// What happened, in milliseconds.
#[derive(Default)]
struct Log {
    calls: Vec<i64>,
    retries: Vec<i64>,
}

fn since(events: &[i64], start: i64) -> usize {
    events.iter().filter(|&&time| time > start).count()
}

/// Runs the steps; `check` sees each wish for a retry: what happened before it, the time, and the answer.
fn run(figures: Figures, steps: &[Step], start: i64, mut check: impl FnMut(&Log, i64, bool)) {
    let (budget, mut log, mut now) = (figures.budget(), Log::default(), start);
    for step in steps {
        match *step {
            Step::Time(time) => now += time,
            Step::Calls(calls) => {
                for _ in 0..calls {
                    budget.called(now * MILLISECOND);
                    log.calls.push(now);
                }
            }
            Step::Retries(retries) => {
                for _ in 0..retries {
                    let left = budget.balance(now * MILLISECOND);
                    let is_allowed = budget.withdraw(now * MILLISECOND);
                    assert_eq!(is_allowed, left > 0);
                    check(&log, now, is_allowed);
                    if is_allowed {
                        log.retries.push(now);
                        assert_eq!(budget.balance(now * MILLISECOND), left - 1);
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn no_window_that_ends_with_a_retry_has_more_than_ratio_and_reserve_allow(
        figures in figures(), steps in steps(1..4_000_i64), start in -100_000..100_000_i64,
    ) {
        run(figures, &steps, start, |log, now, is_allowed| {
            let (calls, retries) = (since(&log.calls, now - WINDOW), since(&log.retries, now - WINDOW));
            if is_allowed {
                assert!(figures.allows(calls, retries + 1), "{calls} calls, {retries} retries");
            }
        });
    }

    #[test]
    fn a_retry_is_refused_only_if_the_window_less_or_more_a_slot_is_used_up(
        figures in figures(), steps in steps(1..4_000_i64), start in -100_000..100_000_i64,
    ) {
        run(figures, &steps, start, |log, now, is_allowed| {
            let calls = since(&log.calls, now - WINDOW + SLOT - 1);
            let retries = since(&log.retries, now - WINDOW - SLOT);
            if !is_allowed {
                assert!(!figures.allows(calls, retries + 1), "{calls} calls, {retries} retries");
            }
        });
    }

    #[test]
    fn what_lies_a_slot_apart_is_exact(
        figures in figures(), steps in steps(SLOT..6_000_i64), start in -100_000..100_000_i64,
    ) {
        run(figures, &steps, start, |log, now, is_allowed| {
            let (calls, retries) = (since(&log.calls, now - WINDOW), since(&log.retries, now - WINDOW));
            assert_eq!(is_allowed, figures.allows(calls, retries + 1), "{calls} calls, {retries} retries");
        });
    }

    #[test]
    fn a_clock_that_jumps_is_one_that_stands_still_meanwhile(
        figures in figures(), steps in steps(-9_000..9_000_i64), start in any::<i32>(),
    ) {
        let (jumping, standing) = (figures.budget(), figures.budget());
        let (mut now, mut latest) = (i64::from(start), i64::MIN);
        for step in steps {
            match step {
                Step::Time(time) => now += time,
                Step::Calls(calls) => for _ in 0..calls {
                    latest = latest.max(now);
                    jumping.called(now * MILLISECOND);
                    standing.called(latest * MILLISECOND);
                },
                Step::Retries(retries) => for _ in 0..retries {
                    latest = latest.max(now);
                    prop_assert_eq!(jumping.withdraw(now * MILLISECOND), standing.withdraw(latest * MILLISECOND));
                },
            }
        }
    }

    #[test]
    fn no_moment_makes_a_budget_panic_or_overspend(moments in prop::collection::vec(any::<i64>(), 1..300)) {
        let budget = Figures { thousandths: 0, per_second: 1 }.budget();
        let (mut latest, mut retries) = (i64::MIN, 0);
        for moment in moments {
            if moment > latest {
                (latest, retries) = (moment, 0);
            }
            budget.called(moment);
            prop_assert!(budget.balance(moment) <= 10);
            retries += u32::from(budget.withdraw(moment));
            prop_assert!(retries <= 10);
        }
    }
}
