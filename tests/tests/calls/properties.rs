use proptest::prelude::*;

use super::*;

fn any_policy() -> impl Strategy<Value = RetryPolicy> {
    let jitter = prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        (0.0..=1.0_f64).prop_map(Jitter::Factor),
    ];
    let backoff = prop_oneof![
        Just(Backoff::Exponential),
        Just(Backoff::Constant),
        Just(Backoff::Linear),
        Just(Backoff::Fibonacci),
    ];
    (1..12_u32, 0..5_000_u64, 0..30_000_u64, jitter, backoff).prop_map(
        |(attempts, initial, extra, jitter, backoff)| {
            RetryPolicy::DEFAULT
                .with_max_delay(Duration::from_millis(60_000))
                .with_initial_delay(Duration::from_millis(initial))
                .with_max_delay(Duration::from_millis(initial + extra))
                .with_max_attempts(attempts)
                .with_jitter(jitter)
                .with_backoff(backoff)
        },
    )
}

/// What attempts bring, one after the other; at the end they succeed.
fn any_outcomes() -> impl Strategy<Value = Vec<ApiError>> {
    let error = prop_oneof![
        8 => (0..3_u64).prop_map(ApiError::Busy),
        2 => (0..90_u64).prop_map(ApiError::Busy),
        1 => Just(ApiError::Gone),
    ];
    proptest::collection::vec(error, 0..12)
}

/// Attempts, waits and result of a call.
type Trace = (u32, Vec<Duration>, Result<(), ApiError>);

fn trace(
    outcomes: &[ApiError],
    call: impl FnOnce(&dyn Fn() -> Result<(), ApiError>) -> Result<(), ApiError>,
) -> Trace {
    let attempts = Cell::new(0);
    let attempt = || {
        let outcome = outcomes.get(attempts.get() as usize).cloned();
        attempts.set(attempts.get() + 1);
        outcome.map_or(Ok(()), Err)
    };
    PASSED.set(Duration::ZERO);
    let result = call(&attempt);
    (attempts.get(), recorded_waits(), result)
}

fn called(policy: &RetryPolicy, seed: u64, outcomes: &[ApiError]) -> Trace {
    trace(outcomes, |attempt| {
        let call = policy.call(attempt).classified().clock(clock).sleep(pass);
        call.rng(SmallRng::seed_from_u64(seed)).run()
    })
}

fn awaited(policy: &RetryPolicy, seed: u64, outcomes: &[ApiError]) -> Trace {
    trace(outcomes, |attempt| {
        let sleep = async |delay| pass(delay);
        let call = policy.call_async(async || attempt()).classified().clock(clock).sleep(sleep);
        futures_executor::block_on(call.rng(SmallRng::seed_from_u64(seed)).run())
    })
}

fn looped(policy: &RetryPolicy, seed: u64, outcomes: &[ApiError]) -> Trace {
    trace(outcomes, |attempt| {
        let rng = SmallRng::seed_from_u64(seed);
        let mut attempts = policy.attempts("loop").clock(clock).sleep(pass).rng(rng);
        loop {
            attempts.next_blocking();
            match attempt() {
                Err(error) => attempts.failed_with(error.classify(), error)?,
                done => return done,
            }
        }
    })
}

/// The policies of the annotated functions below: a constant each, and no jitter.
const PLAIN: RetryPolicy = RetryPolicy::HTTP.with_jitter(Jitter::None);
const SHORT: RetryPolicy = RetryPolicy::DEFAULT.with_jitter(Jitter::None).with_max_attempts(2);
const FIBONACCI: RetryPolicy = RetryPolicy::RABBITMQ
    .with_jitter(Jitter::None)
    .with_backoff(Backoff::Fibonacci)
    .with_max_retry_after(SECOND);

type Attempt<'a> = &'a dyn Fn() -> Result<(), ApiError>;

#[retry(policy = PLAIN, sleep = record)]
fn plain(attempt: Attempt<'_>) -> Result<(), ApiError> {
    attempt()
}

#[retry(policy = SHORT, sleep = record)]
fn short(attempt: Attempt<'_>) -> Result<(), ApiError> {
    attempt()
}

#[retry(policy = FIBONACCI, sleep = record_async)]
async fn fibonacci(attempt: Attempt<'_>) -> Result<(), ApiError> {
    attempt()
}

proptest! {
    #[test]
    fn the_waits_are_those_that_the_policy_announces(
        policy in any_policy(), failures in 0..14_usize, seed: u64,
    ) {
        let announced: Vec<_> = policy.delays_with(SmallRng::seed_from_u64(seed)).take(failures).collect();
        let announced: Vec<_> = announced.into_iter().filter(|delay| !delay.is_zero()).collect();
        let flaky = Flaky::failing(u32::try_from(failures).expect("few"));
        let call = policy.call(|| flaky.call()).rng(SmallRng::seed_from_u64(seed)).sleep(record);
        let succeeded = call.run().is_ok();
        prop_assert_eq!(recorded_waits(), announced);
        let most = policy.max_attempts().expect("limited") as usize;
        prop_assert_eq!(succeeded, failures < most);
        prop_assert_eq!(flaky.attempts() as usize, most.min(failures + 1));
    }

    #[test]
    fn all_forms_make_the_same_attempts_and_waits(
        policy in any_policy(), outcomes in any_outcomes(), limit in proptest::option::of(0..60_u64), seed: u64,
    ) {
        let policy = limit.map_or(policy, |limit| policy.with_max_elapsed(Duration::from_secs(limit)));
        let expected = called(&policy, seed, &outcomes);
        prop_assert_eq!(&awaited(&policy, seed, &outcomes), &expected);
        prop_assert_eq!(&looped(&policy, seed, &outcomes), &expected);
    }

    #[test]
    fn annotated_functions_make_the_same_attempts_and_waits(outcomes in any_outcomes(), seed: u64) {
        prop_assert_eq!(trace(&outcomes, |attempt| plain(attempt)), called(&PLAIN, seed, &outcomes));
        prop_assert_eq!(trace(&outcomes, |attempt| short(attempt)), called(&SHORT, seed, &outcomes));
        let annotated = trace(&outcomes, |attempt| futures_executor::block_on(fibonacci(attempt)));
        prop_assert_eq!(annotated, called(&FIBONACCI, seed, &outcomes));
    }

    #[test]
    fn a_promise_of_the_worst_case_costs_no_attempt(policy in any_policy(), seed: u64) {
        let promised = policy.with_max_total_delay(policy.worst_case_delay());
        let attempt = || Err::<(), _>("no");
        let call = promised.call(attempt).rng(SmallRng::seed_from_u64(seed)).clock(clock).sleep(pass);
        let error = call.run_wrapped().unwrap_err();
        prop_assert_eq!(error.reason(), StopReason::AttemptsExhausted);
        prop_assert_eq!(Some(error.attempts()), policy.max_attempts());
    }

    #[test]
    fn no_call_waits_past_its_time_limit(
        policy in any_policy(), outcomes in any_outcomes(), limit in 0..60_u64, seed: u64,
    ) {
        let limit = Duration::from_secs(limit);
        let (_, waits, _) = called(&policy.with_max_elapsed(limit), seed, &outcomes);
        prop_assert!(waits.iter().sum::<Duration>() <= limit);
    }
}
