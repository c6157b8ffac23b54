//! No sequence of outcomes exceeds a limit: random calls, servers and guards, on a paused clock.

mod checks;
mod world;

use std::time::Duration;

use proptest::{collection::vec, option::weighted, prelude::*};
use retry_runtime::{AdaptiveRate, CircuitBreaker, RetryBudget};
use retry_tests::ServerError;

use self::world::{Budget, Plan, World, run};
use crate::script::{MILLI, Step};

fn any_millis(most: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![1 => Just(Duration::ZERO), 9 => (0..most).prop_map(Duration::from_millis)]
}

/// What an attempt brings. Hints are often longer than what is waited for.
fn any_step() -> impl Strategy<Value = Step> {
    let error = prop_oneof![
        8 => Just(ServerError::Busy),
        3 => any_millis(1_000).prop_map(ServerError::BusyFor),
        2 => any_millis(25_000).prop_map(ServerError::BusyFor),
        1 => Just(ServerError::Gone),
    ];
    let outcome = prop_oneof![2 => Just(Ok(())), 7 => error.prop_map(Err)];
    prop_oneof![
        1 => Just(Step::Stall),
        9 => (any_millis(6_000), outcome).prop_map(|(takes, outcome)| Step::End(takes, outcome)),
    ]
}

/// When a call begins, what its attempts bring, and what ends it besides.
fn any_plan() -> impl Strategy<Value = Plan> {
    let end = |share| weighted(share, any_millis(60_000));
    // Many come at once.
    let start = prop_oneof![any_millis(1_000), any_millis(60_000)];
    (start, vec(any_step(), 0..9), end(0.4), end(0.1), end(0.1)).prop_map(
        |(start, steps, deadline, cancelled, dropped)| Plan { start, steps, deadline, cancelled, dropped },
    )
}

fn any_budget() -> impl Strategy<Value = Budget> {
    prop_oneof![
        prop_oneof![14..150_u32, 14..5_000_u32].prop_map(|tokens| Budget::Tokens {
            budget: RetryBudget::token_bucket("tokens").with_capacity(tokens),
            capacity: u64::from(tokens),
        }),
        (0..1_500_u32, prop_oneof![0..2_u32, 0..50_u32], 1_000..20_000_u64).prop_map(
            |(thousandths, reserve, window)| {
                let (ratio, window) =
                    (f64::from(thousandths) / 1e3, MILLI * u32::try_from(window).unwrap_or(1));
                Budget::Ratio {
                    budget: RetryBudget::new("ratio")
                        .with_ratio(ratio)
                        .with_reserve(reserve)
                        .with_window(window),
                    ratio,
                    reserve,
                    window,
                }
            }
        ),
    ]
}

/// Stays open for longer than an attempt may take, so that probes of one half-open time are gone by the next.
fn any_breaker() -> impl Strategy<Value = (CircuitBreaker, u32)> {
    let rules = prop_oneof![3 => (1..7_u32, 1..10_u32), 1 => Just((1_000, 1_000))];
    (rules, 1..4_u32, 5_100..40_000_u64).prop_map(|((in_a_row, calls), probes, open)| {
        let breaker = CircuitBreaker::new("lake")
            .with_consecutive_failures(in_a_row)
            .with_minimum_calls(calls)
            .with_probes(probes)
            .with_open_time(Duration::from_millis(open));
        (breaker, probes)
    })
}

fn any_rate() -> impl Strategy<Value = AdaptiveRate> {
    (0.1..5.0_f64).prop_map(|rate| AdaptiveRate::new("api").with_min_rate(rate))
}

proptest! {
    #[test]
    fn no_sequence_of_outcomes_exceeds_a_limit(
        plans in vec(any_plan(), 1..24),
        budget in any_budget(),
        (breaker, probes) in any_breaker(),
        rate in any_rate(),
    ) {
        let world = World::new(budget, breaker, probes, rate);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let ended = run(&world, &plans).await;
            checks::of_each_call(&world, &plans, &ended)?;
            checks::of_the_budget(&world)?;
            checks::of_the_rate(&world, &plans)?;
            checks::of_what_is_left(&world).await
        })?;
    }
}

/// What the figures above are made of, so that a property does not hold for want of cases.
#[test]
fn the_cases_meet_every_limit() {
    use std::collections::BTreeSet;

    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let mut reasons = BTreeSet::new();
    for _ in 0..300 {
        let case = (vec(any_plan(), 1..24), any_budget(), any_breaker(), any_rate());
        let case = case.new_tree(&mut runner).expect("a case").current();
        let (plans, budget, (breaker, probes), rate) = case;
        let world = World::new(budget, breaker, probes, rate);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let ended = runtime.block_on(run(&world, &plans));
        reasons.extend(ended.iter().map(|ended| match &ended.outcome {
            None => "dropped",
            Some(Ok(_)) => "succeeded",
            Some(Err(error)) => error.reason().as_str(),
        }));
    }
    let expected = [
        "attempt ceiling",
        "attempts exhausted",
        "budget",
        "cancelled",
        "circuit open",
        "deadline",
        "dropped",
        "elapsed",
        "permanent",
        "server hint too long",
        "succeeded",
    ];
    assert!(reasons.iter().eq(&expected), "{reasons:?}");
}
