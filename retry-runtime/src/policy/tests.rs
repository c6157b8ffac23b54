use std::{
    cell::Cell,
    panic::{self, Location},
    sync::Once,
};

use rand::{SeedableRng, rngs::SmallRng};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const STEADY: RetryPolicy = RetryPolicy::HTTP.with_jitter(Jitter::None);

/// Message and line of the panic.
fn refusal(build: impl FnOnce() -> RetryPolicy + panic::UnwindSafe) -> (String, u32) {
    thread_local! {
        static LINE: Cell<u32> = const { Cell::new(0) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            LINE.set(info.location().filter(|place| place.file() == file!()).map_or(0, Location::line));
            before(info);
        }));
    });
    let payload = panic::catch_unwind(build).expect_err("a refusal");
    (*payload.downcast::<String>().expect("a formatted message"), LINE.get())
}

#[test]
fn each_method_changes_its_own_field() {
    let policy = RetryPolicy::DEFAULT
        .with_max_delay(SECOND * 40)
        .with_initial_delay(SECOND * 2)
        .with_max_attempts(7)
        .with_backoff(Backoff::Linear)
        .with_exponential_base(3.0)
        .with_jitter(Jitter::Full)
        .with_max_elapsed(SECOND * 300)
        .with_max_retry_after(SECOND * 9)
        .with_max_total_delay(SECOND * 200);
    assert_eq!(policy.max_attempts(), Some(7));
    assert_eq!((policy.initial_delay(), policy.max_delay()), (SECOND * 2, SECOND * 40));
    assert_eq!((policy.backoff(), policy.jitter()), (Backoff::Linear, Jitter::Full));
    assert_eq!(policy.exponential_base().to_bits(), 3.0_f64.to_bits());
    assert_eq!(policy.max_elapsed(), Some(SECOND * 300));
    assert_eq!(policy.max_retry_after(), SECOND * 9);
    assert_eq!(policy.max_total_delay(), Some(SECOND * 200));
}

#[test]
fn unlimited_attempts_under_a_time_limit_have_no_number() {
    assert_eq!(STEADY.with_max_elapsed(SECOND).with_unlimited_attempts().max_attempts(), None);
}

#[test]
fn the_default_is_the_preset_of_that_name() {
    assert_eq!(RetryPolicy::default(), RetryPolicy::DEFAULT);
}

#[test]
fn no_attempts_at_all_are_refused() {
    let (message, _) = refusal(|| STEADY.with_max_attempts(0));
    assert_eq!(message, "`max_attempts` counts the first call, so it is at least 1: 1 means no retry");
}

#[test]
fn more_than_a_million_attempts_are_refused() {
    assert_eq!(STEADY.with_max_attempts(1_000_000).max_attempts(), Some(1_000_000));
    for attempts in [1_000_001, u32::MAX - 1, u32::MAX] {
        let (message, _) = refusal(move || STEADY.with_max_attempts(attempts));
        assert_eq!(
            message,
            "`max_attempts` is at most 1000000: for more, use `unlimited` with `max_elapsed`"
        );
    }
}

#[test]
fn unlimited_attempts_without_a_time_limit_are_refused() {
    let (message, _) = refusal(|| STEADY.with_unlimited_attempts());
    assert_eq!(
        message,
        "unlimited attempts need a time limit, or the call may never end: add `max_elapsed`, such as \"5m\""
    );
}

#[test]
fn an_initial_delay_above_the_longest_is_refused_from_either_side() {
    let (message, _) = refusal(|| RetryPolicy::DEFAULT.with_initial_delay(SECOND * 11));
    assert_eq!(
        message,
        "`initial_delay` (11 s) is above `max_delay` (10 s): lower the first or, before it, raise the second"
    );
    let (message, _) = refusal(|| RetryPolicy::DEFAULT.with_max_delay(Duration::from_millis(99)));
    assert_eq!(
        message,
        "`initial_delay` (100 ms) is above `max_delay` (99 ms): lower the first or, before it, raise the second"
    );
    assert_eq!(STEADY.with_initial_delay(SECOND * 30).max_delay(), SECOND * 30, "equal is right");
}

#[test]
fn a_base_that_shrinks_or_is_no_number_is_refused() {
    for base in [0.999, 0.0, -2.0, f64::NAN, f64::INFINITY] {
        let (message, _) = refusal(move || STEADY.with_exponential_base(base));
        assert_eq!(message, "`exponential_base` is a finite number of at least 1: 2.0 doubles each delay");
    }
}

#[test]
fn a_jitter_outside_its_range_is_refused() {
    for factor in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let (message, _) = refusal(move || STEADY.with_jitter(Jitter::Factor(factor)));
        assert_eq!(message, "a jitter factor lies in 0..=1: 0.1 spreads over ±10 % of the delay");
    }
    for factor in [0.0, 1.0] {
        assert_eq!(STEADY.with_jitter(Jitter::Factor(factor)).jitter(), Jitter::Factor(factor));
    }
}

#[test]
fn a_promise_that_the_waits_break_is_refused_with_both_figures() {
    let expected = "the policy may wait up to 15 s in all, which is above `max_total_delay` (14 s): use \
                    fewer attempts or shorter delays, or raise the limit";
    assert_eq!(refusal(|| STEADY.with_max_total_delay(SECOND * 14)).0, expected);
    assert_eq!(STEADY.with_max_total_delay(SECOND * 15).worst_case_delay(), SECOND * 15);
}

#[test]
fn a_promise_binds_every_later_change() {
    const LIMIT: Duration = Duration::from_secs(15);
    const PROMISED: RetryPolicy = STEADY.with_max_elapsed(LIMIT).with_max_total_delay(LIMIT);
    const OPEN: RetryPolicy = STEADY.with_max_total_delay(LIMIT);
    let broken: [fn() -> RetryPolicy; 5] = [
        || OPEN.with_max_attempts(6),
        || OPEN.with_initial_delay(SECOND * 2),
        || OPEN.with_backoff(Backoff::Exponential).with_exponential_base(3.0),
        || OPEN.with_jitter(Jitter::Factor(0.1)),
        || PROMISED.with_max_attempts(9).with_max_elapsed(SECOND * 60),
    ];
    for build in broken {
        let (message, _) = refusal(build);
        assert!(message.contains("which is above `max_total_delay` (15 s)"), "{message}");
    }
}

#[test]
fn a_refusal_points_at_the_line_that_asked_for_it() {
    const LIMITED: RetryPolicy = STEADY.with_max_elapsed(SECOND).with_max_total_delay(SECOND);
    let refused: [(fn() -> RetryPolicy, u32); 8] = [
        (|| STEADY.with_max_attempts(0), line!()),
        (|| STEADY.with_unlimited_attempts(), line!()),
        (|| STEADY.with_initial_delay(Duration::MAX), line!()),
        (|| STEADY.with_max_delay(Duration::ZERO), line!()),
        (|| STEADY.with_exponential_base(0.0), line!()),
        (|| STEADY.with_jitter(Jitter::Factor(2.0)), line!()),
        (|| STEADY.with_max_total_delay(Duration::ZERO), line!()),
        (|| LIMITED.with_max_elapsed(SECOND * 2), line!()),
    ];
    for (build, line) in refused {
        assert_eq!(refusal(build).1, line);
    }
}

#[test]
fn the_delays_are_those_of_the_backoff() {
    let seconds = |policy: RetryPolicy| policy.delays().map(|delay| delay.as_secs()).collect::<Vec<_>>();
    let policy = STEADY.with_max_attempts(7);
    assert_eq!(seconds(policy), [1, 2, 4, 8, 16, 30]);
    assert_eq!(seconds(policy.with_backoff(Backoff::Constant)), [1; 6]);
    assert_eq!(seconds(policy.with_backoff(Backoff::Linear)), [1, 2, 3, 4, 5, 6]);
    assert_eq!(seconds(policy.with_backoff(Backoff::Fibonacci)), [1, 1, 2, 3, 5, 8]);
    assert_eq!(seconds(policy.with_exponential_base(1.0)), [1; 6]);
    let custom = Backoff::Custom(|attempt, initial| initial * attempt * attempt);
    assert_eq!(seconds(policy.with_backoff(custom)), [1, 4, 9, 16, 25, 30]);
}

#[test]
fn a_single_attempt_has_no_delays() {
    let once = STEADY.with_max_attempts(1);
    assert_eq!(once.delays().count(), 0);
    assert_eq!(once.delays_with(SmallRng::seed_from_u64(1)).count(), 0);
}

#[test]
fn unlimited_attempts_have_delays_without_end() {
    let endless = STEADY.with_max_elapsed(SECOND).with_unlimited_attempts();
    assert_eq!(endless.delays().nth(1_000), Some(SECOND * 30));
    assert_eq!(endless.delays_with(SmallRng::seed_from_u64(1)).nth(1_000), Some(SECOND * 30));
}

#[test]
fn a_borrowed_generator_goes_on_where_it_stopped() {
    let policy = RetryPolicy::DATABASE;
    let mut rng = SmallRng::seed_from_u64(1);
    let first: Vec<_> = policy.delays_with(&mut rng).collect();
    let second: Vec<_> = policy.delays_with(&mut rng).collect();
    assert_ne!(first, second);
}

#[test]
fn delays_that_ended_stay_ended() {
    let mut delays = RetryPolicy::DEFAULT.delays_with(SmallRng::seed_from_u64(1));
    assert_eq!(delays.by_ref().count(), 2);
    assert_eq!(delays.next(), None);
}

#[test]
fn without_jitter_no_number_is_drawn() {
    let drawn: Vec<_> = STEADY.delays_with(SmallRng::seed_from_u64(1)).collect();
    assert_eq!(drawn, STEADY.delays().collect::<Vec<_>>());
}
