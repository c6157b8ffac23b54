//! Properties of all sequences.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{super::throttle, AdaptiveRate, Turn, Verdict, start};

#[derive(Clone, Copy, Debug)]
enum Step {
    Ask,
    WaitAgain,
    Drop,
    Succeed,
    Fail(Verdict),
    /// Nanoseconds, which may be negative.
    Pass(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    const YEAR: i64 = 365 * 86_400 * 1_000_000_000;
    let time = prop_oneof![
        6 => 0..2_000_000_000_i64,
        2 => Just(0),
        1 => -5_000_000_000..0_i64,
        1 => -YEAR..10 * YEAR,
    ];
    let step = prop_oneof![
        3 => Just(Step::Ask),
        2 => Just(Step::WaitAgain),
        1 => Just(Step::Drop),
        4 => Just(Step::Succeed),
        2 => Just(Step::Fail(Verdict::THROTTLED)),
        1 => Just(Step::Fail(Verdict::TRANSIENT)),
        1 => Just(Step::Fail(Verdict::PERMANENT)),
        4 => time.prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 1..200)
}

fn after(now: Instant, nanos: i64) -> Instant {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    let moved = if nanos < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
    moved.unwrap_or(now)
}

fn check(rate: &AdaptiveRate, min_rate: f64) -> Result<(), TestCaseError> {
    if let Some(allowed) = rate.rate() {
        let measured = rate.state().measured.rate();
        prop_assert!(allowed.is_finite() && measured.is_finite() && measured >= 0.0);
        prop_assert!(allowed >= min_rate && allowed <= (2.0 * measured).max(min_rate));
    }
    prop_assert!((0.0..=1.0).contains(&rate.success_rate()));
    let ceilings = [1, 2, 5, 1000, u32::MAX].map(|max_attempts| (max_attempts, rate.ceiling(max_attempts)));
    prop_assert!(ceilings.iter().all(|(max_attempts, ceiling)| (1..=*max_attempts).contains(ceiling)));
    prop_assert!(ceilings.is_sorted_by_key(|(_, ceiling)| *ceiling));
    Ok(())
}

proptest! {
    #[test]
    fn no_sequence_breaks_a_promise(steps in steps(), min_rate in 0.001..1e6_f64) {
        let rate = AdaptiveRate::new("api").with_min_rate(min_rate);
        let mut now = start();
        let mut turns: Vec<Turn<'_>> = Vec::new();
        for step in steps {
            match step {
                Step::Ask => turns.extend(rate.acquire(now)),
                Step::WaitAgain => {
                    for turn in &mut turns {
                        prop_assert!(turn.wait(now) <= throttle::LONGEST);
                    }
                    turns.retain_mut(|turn| !turn.wait(now).is_zero());
                }
                Step::Drop => drop(turns.pop()),
                Step::Succeed => rate.succeeded(now),
                Step::Fail(verdict) => rate.failed(verdict, now),
                Step::Pass(nanos) => now = after(now, nanos),
            }
            check(&rate, min_rate)?;
        }
    }

    #[test]
    fn who_waits_as_told_is_sent_then(waits in 1_usize..50, min_rate in 0.001..1e6_f64) {
        let rate = AdaptiveRate::new("api").with_min_rate(min_rate);
        let now = start();
        rate.failed(Verdict::THROTTLED, now);
        let mut turns: Vec<_> = (0..waits).filter_map(|_| rate.acquire(now)).collect();
        let times: Vec<_> = turns.iter_mut().map(|turn| turn.wait(now)).collect();
        prop_assert!(times.is_sorted());
        for (turn, wait) in turns.iter_mut().zip(times) {
            prop_assert!(turn.wait(now + wait).is_zero());
        }
    }

    #[test]
    fn no_more_is_sent_than_the_rate_and_a_second_of_it(moments in prop::collection::vec(0..60_000_u64, 0..500)) {
        let rate = AdaptiveRate::new("api").with_min_rate(5.0);
        let start = start();
        rate.failed(Verdict::THROTTLED, start);
        let mut moments = moments;
        moments.sort_unstable();
        let sent = moments.iter().filter(|milli| {
            rate.acquire(start + Duration::from_millis(**milli)).is_none()
        });
        let sent = sent.count();
        let last = moments.last().copied().unwrap_or(0) as f64 / 1000.0;
        prop_assert!(sent as f64 <= 5.0 * last + 5.0);
    }
}
