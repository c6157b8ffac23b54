use std::{cell::Cell, time::Duration};

use proptest::prelude::*;
use rand::{SeedableRng, rngs::SmallRng};

use super::*;
use crate::{Jitter, time::Deadline};

const SECOND: Duration = Duration::from_secs(1);

/// A clock that stands where it is put, and the draws of a seed.
struct Fixture {
    start: Instant,
    passed: Cell<Duration>,
    rng: SmallRng,
}

impl Fixture {
    fn new(seed: u64) -> Self {
        Self { start: Instant::now(), passed: Cell::default(), rng: SmallRng::seed_from_u64(seed) }
    }

    fn failed(&mut self, driver: &mut Driver, policy: &RetryPolicy, verdict: Verdict) -> Decision {
        self.failed_within(driver, policy, verdict, Bounds::NONE)
    }

    fn failed_within(
        &mut self,
        driver: &mut Driver,
        policy: &RetryPolicy,
        verdict: Verdict,
        bounds: Bounds,
    ) -> Decision {
        let now = self.start + self.passed.get();
        driver.failed(policy, verdict, bounds, &|| now, &mut self.rng)
    }

    fn waits(&mut self, policy: &RetryPolicy, verdict: Verdict) -> (Vec<Duration>, StopReason) {
        let mut driver = Driver::timed(self.start);
        let mut waits = Vec::new();
        loop {
            match self.failed(&mut driver, policy, verdict) {
                Decision::Wait(delay) => {
                    let delay = delay.duration();
                    self.passed.set(self.passed.get() + delay);
                    waits.push(delay);
                }
                Decision::Stop(reason) => return (waits, reason),
            }
        }
    }
}

const STEADY: RetryPolicy = RetryPolicy::DEFAULT
    .with_jitter(Jitter::None)
    .with_max_attempts(5)
    .with_initial_delay(SECOND)
    .with_max_delay(Duration::from_secs(4));

fn hint(seconds: u64) -> Verdict {
    Verdict::THROTTLED.with_server_hint(Duration::from_secs(seconds))
}

#[test]
fn transient_failures_are_retried_until_the_attempts_run_out() {
    let (waits, reason) = Fixture::new(1).waits(&STEADY, Verdict::TRANSIENT);
    assert_eq!(waits, [1, 2, 4, 4].map(Duration::from_secs));
    assert_eq!(reason, StopReason::AttemptsExhausted);
}

#[test]
fn a_permanent_error_stops_at_once() {
    assert_eq!(Fixture::new(1).waits(&STEADY, Verdict::PERMANENT), (vec![], StopReason::Permanent));
}

#[test]
fn no_wait_ends_after_max_elapsed() {
    let policy = STEADY.with_max_elapsed(SECOND * 3);
    let (waits, reason) = Fixture::new(1).waits(&policy, Verdict::TRANSIENT);
    assert_eq!(waits, [1, 2].map(Duration::from_secs), "the second wait ends exactly at the limit");
    assert_eq!(reason, StopReason::Elapsed);
}

#[test]
fn time_spent_in_attempts_counts_as_elapsed() {
    let policy = STEADY.with_max_elapsed(SECOND * 3);
    let mut fixture = Fixture::new(1);
    let mut driver = Driver::timed(fixture.start);
    fixture.passed.set(SECOND * 3);
    assert_eq!(fixture.failed(&mut driver, &policy, Verdict::TRANSIENT), Decision::Stop(StopReason::Elapsed));
}

#[test]
fn a_server_hint_lifts_the_wait_above_max_delay() {
    let (waits, _) = Fixture::new(1).waits(&STEADY, hint(30));
    assert_eq!(waits, [30; 4].map(Duration::from_secs));
}

#[test]
fn a_hint_below_the_backoff_changes_nothing() {
    let (waits, _) = Fixture::new(1).waits(&STEADY, hint(0));
    assert_eq!(waits, [1, 2, 4, 4].map(Duration::from_secs));
}

#[test]
fn a_hint_above_max_retry_after_stops() {
    let policy = STEADY.with_max_retry_after(SECOND * 10);
    assert_eq!(Fixture::new(1).waits(&policy, hint(11)), (vec![], StopReason::ServerHintTooLong));
    let hostile = Verdict::THROTTLED.with_server_hint(Duration::MAX);
    assert_eq!(Fixture::new(1).waits(&STEADY, hostile), (vec![], StopReason::ServerHintTooLong));
}

#[test]
fn hints_obey_max_total_delay() {
    let policy = STEADY.with_max_total_delay(SECOND * 20);
    let (waits, reason) = Fixture::new(1).waits(&policy, hint(9));
    assert_eq!(waits, [9, 9].map(Duration::from_secs));
    assert_eq!(reason, StopReason::Elapsed);
}

#[test]
fn an_abandoned_attempt_is_final_and_not_counted() {
    let mut fixture = Fixture::new(1);
    let mut driver = Driver::untimed();
    fixture.failed(&mut driver, &STEADY, Verdict::TRANSIENT);
    driver.abandon();
    let decision = fixture.failed(&mut driver, &STEADY, Verdict::TRANSIENT);
    assert_eq!((decision, driver.attempt()), (Decision::Stop(StopReason::Permanent), 1));
}

#[test]
fn no_wait_ends_at_the_deadline_or_after() {
    let mut fixture = Fixture::new(1);
    for (nanos, expected) in [
        (1_000_000_000, Decision::Stop(StopReason::Deadline)),
        (1_000_000_001, Decision::Wait(Delay::from_nanos(1_000_000_000))),
    ] {
        let deadline = Deadline::after(fixture.start, Duration::from_nanos(nanos), None);
        let mut driver = Driver::timed(fixture.start);
        let bounds = Bounds::until(deadline);
        assert_eq!(fixture.failed_within(&mut driver, &STEADY, Verdict::TRANSIENT, bounds), expected);
    }
}

#[test]
fn a_retry_at_once_needs_time_left_too() {
    let policy = STEADY.with_initial_delay(Duration::ZERO);
    let mut fixture = Fixture::new(1);
    let mut driver = Driver::timed(fixture.start);
    let bounds = Bounds::until(Deadline::after(fixture.start, SECOND, None));
    let decision = fixture.failed_within(&mut driver, &policy, Verdict::TRANSIENT, bounds);
    assert_eq!(decision, Decision::Wait(Delay::ZERO));
    fixture.passed.set(SECOND);
    let decision = fixture.failed_within(&mut driver, &policy, Verdict::TRANSIENT, bounds);
    assert_eq!(decision, Decision::Stop(StopReason::Deadline));
}

#[test]
fn a_cancelled_call_makes_no_further_attempt_but_says_first_what_else_ended_it() {
    let bounds = Bounds { is_cancelled: true, ..Bounds::NONE };
    for (verdict, policy, reason) in [
        (Verdict::TRANSIENT, STEADY, StopReason::Cancelled),
        (Verdict::PERMANENT, STEADY, StopReason::Permanent),
        (Verdict::TRANSIENT, STEADY.with_max_attempts(1), StopReason::AttemptsExhausted),
    ] {
        let decision = Fixture::new(1).failed_within(&mut Driver::untimed(), &policy, verdict, bounds);
        assert_eq!(decision, Decision::Stop(reason));
    }
}

#[test]
fn no_clock_is_read_without_a_time_limit() {
    let mut driver = Driver::untimed();
    let read = || unreachable!("a clock was read");
    let decision =
        driver.failed(&STEADY, Verdict::TRANSIENT, Bounds::NONE, &read, &mut SmallRng::seed_from_u64(1));
    assert_eq!(decision, Decision::Wait(Delay::from_nanos(1_000_000_000)));
}

#[test]
fn the_state_of_a_call_is_small() {
    assert!(size_of::<Driver>() <= 32, "{}", size_of::<Driver>());
}

fn any_jitter() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        (0.0..=1.0_f64).prop_map(Jitter::Factor),
    ]
}

fn any_backoff() -> impl Strategy<Value = crate::Backoff> {
    use crate::Backoff;
    prop_oneof![
        Just(Backoff::Exponential),
        Just(Backoff::Constant),
        Just(Backoff::Linear),
        Just(Backoff::Fibonacci),
        Just(Backoff::Custom(|attempt, initial| initial.saturating_mul(attempt * attempt))),
    ]
}

prop_compose! {
    fn any_policy()(
        attempts in 1..40_u32,
        initial in 0..5_000_000_000_u64,
        extra in 0..60_000_000_000_u64,
        base in 1.0..5.0_f64,
        backoff in any_backoff(),
        jitter in any_jitter(),
    ) -> RetryPolicy {
        RetryPolicy::DEFAULT
            .with_max_delay(Duration::from_secs(120))
            .with_initial_delay(Duration::from_nanos(initial))
            .with_max_delay(Duration::from_nanos(initial + extra))
            .with_max_attempts(attempts)
            .with_exponential_base(base)
            .with_backoff(backoff)
            .with_jitter(jitter)
    }
}

/// Hardly any delay, but a wait of 100 days whenever the server asks for it.
const PATIENT: RetryPolicy =
    STEADY.with_max_attempts(1_000).with_max_retry_after(Duration::from_secs(100 * DAY));
const DAY: u64 = 86_400;

#[test]
fn limits_of_years_hold_and_end_after_one() {
    let years = |count: u64| Duration::from_secs(count * 365 * DAY);
    for policy in [PATIENT.with_max_elapsed(years(3)), PATIENT.with_max_total_delay(years(3))] {
        let (waits, reason) = Fixture::new(1).waits(&policy, hint(100 * DAY));
        assert_eq!((waits.len(), reason), (3, StopReason::Elapsed));
    }
}

#[test]
fn decorrelated_waits_grow_from_a_hint_even_if_they_began_at_zero() {
    let policy = STEADY.with_initial_delay(Duration::ZERO).with_jitter(Jitter::Decorrelated);
    let (mut fixture, mut driver) = (Fixture::new(1), Driver::untimed());
    assert_eq!(fixture.failed(&mut driver, &policy, Verdict::TRANSIENT), Decision::Wait(Delay::ZERO));
    fixture.failed(&mut driver, &policy, hint(4));
    assert_ne!(fixture.failed(&mut driver, &policy, Verdict::TRANSIENT), Decision::Wait(Delay::ZERO));
}

proptest! {
    #[test]
    fn no_policy_lets_a_call_escape_its_limits(policy in any_policy(), seed: u64) {
        let (waits, reason) = Fixture::new(seed).waits(&policy, Verdict::TRANSIENT);
        prop_assert_eq!(reason, StopReason::AttemptsExhausted);
        prop_assert_eq!(policy.delays().count(), waits.len());
        prop_assert!(waits.iter().all(|wait| *wait <= policy.max_delay()));
        // To the nanosecond an attempt, and what `f64` keeps of an hour.
        let slack = Duration::from_nanos(waits.len() as u64 + 1);
        prop_assert!(waits.iter().sum::<Duration>() <= policy.worst_case_delay() + slack);
    }

    #[test]
    fn seeds_repeat_and_sessions_differ(policy in any_policy(), seed: u64) {
        let first: Vec<_> = policy.delays_with(SmallRng::seed_from_u64(seed)).collect();
        let again: Vec<_> = policy.delays_with(SmallRng::seed_from_u64(seed)).collect();
        prop_assert_eq!(&first, &again);
    }

    #[test]
    fn a_wait_is_never_shorter_than_the_hint(policy in any_policy(), hint in 0..90_u64, seed: u64) {
        let asked = Duration::from_secs(hint);
        let (waits, reason) =
            Fixture::new(seed).waits(&policy, Verdict::THROTTLED.with_server_hint(asked));
        let longest = policy.max_delay().max(policy.max_retry_after());
        prop_assert!(waits.iter().all(|wait| (asked..=longest).contains(wait)));
        prop_assert_eq!(
            reason == StopReason::ServerHintTooLong,
            asked > policy.max_retry_after() && policy.max_attempts() > Some(1)
        );
    }

    #[test]
    fn waits_never_exceed_time_limits(policy in any_policy(), limit in 0..20_u64, hint in 0..90_u64, seed: u64) {
        let limit = Duration::from_secs(limit);
        let (waits, _) = Fixture::new(seed)
            .waits(&policy.with_max_elapsed(limit), Verdict::THROTTLED.with_server_hint(Duration::from_secs(hint)));
        prop_assert!(waits.iter().sum::<Duration>() <= limit);
    }
}
