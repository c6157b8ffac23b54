//! The token bucket, to the token.

use proptest::prelude::*;

use super::*;

fn no_clock() -> Instant {
    panic!("a token bucket reads no clock")
}

fn retry(budget: &RetryBudget, after: Failure) -> bool {
    budget.withdraw(after, no_clock)
}

#[test]
fn each_kind_of_failure_has_its_price() {
    let budget = RetryBudget::token_bucket("lake");
    assert_eq!(budget.balance(), 500);
    for (after, left) in [(Failure::Transient, 486), (Failure::Throttled, 481), (Failure::TimedOut, 471)] {
        assert!(retry(&budget, after));
        assert_eq!(budget.balance(), left);
    }
}

#[test]
fn prices_can_be_set() {
    let costly = RetryBudget::token_bucket("lake").with_capacity(600);
    let budget = costly.with_transient_cost(100).with_throttled_cost(20).with_timeout_cost(3);
    for (after, left) in [(Failure::Transient, 500), (Failure::Throttled, 480), (Failure::TimedOut, 477)] {
        assert!(retry(&budget, after));
        assert_eq!(budget.balance(), left);
    }
}

#[test]
fn thirty_five_transient_failures_drain_it() {
    let budget = RetryBudget::token_bucket("lake");
    assert_eq!((0..100).filter(|_| retry(&budget, Failure::Transient)).count(), 35);
    assert_eq!(budget.balance(), 10);
    assert!(!retry(&budget, Failure::Transient));
    assert!(retry(&budget, Failure::TimedOut), "what is left pays for a cheaper one");
    assert_eq!(budget.balance(), 0);
}

#[test]
fn a_call_pays_for_a_success_after_retries_with_all_but_the_last() {
    let budget = RetryBudget::token_bucket("lake");
    assert!(retry(&budget, Failure::Transient) && retry(&budget, Failure::Throttled));
    budget.succeeded(|| Some(Failure::Throttled));
    assert_eq!(budget.balance(), 486);
}

#[test]
fn a_success_at_once_brings_back_one_token() {
    let budget = RetryBudget::token_bucket("lake");
    assert!(retry(&budget, Failure::Throttled));
    for left in [496, 497, 498, 499, 500, 500] {
        budget.succeeded(|| None);
        assert_eq!(budget.balance(), left);
    }
}

#[test]
fn a_call_that_begins_costs_nothing() {
    let budget = RetryBudget::token_bucket("lake");
    budget.called(no_clock);
    assert_eq!(budget.balance(), 500);
}

#[test]
fn the_smallest_and_the_largest_bucket_hold_what_they_say() {
    let one =
        RetryBudget::token_bucket("lake").with_transient_cost(1).with_throttled_cost(1).with_timeout_cost(1);
    let one = one.with_capacity(1);
    assert!(retry(&one, Failure::Transient) && !retry(&one, Failure::Transient));

    let all = RetryBudget::token_bucket("lake").with_capacity(u32::MAX).with_transient_cost(u32::MAX);
    assert!(retry(&all, Failure::Transient) && !retry(&all, Failure::Throttled));
    assert_eq!(all.balance(), 0);
    all.succeeded(|| Some(Failure::Transient));
    assert_eq!(all.balance(), u64::from(u32::MAX));
}

#[test]
fn a_price_that_no_bucket_could_pay_is_refused() {
    for cost in [0, 501, u32::MAX] {
        let message = refusal(move || RetryBudget::token_bucket("lake").with_transient_cost(cost));
        assert!(message.starts_with("a retry costs at least one token and at most what the bucket holds"));
    }
    for capacity in [0, 13] {
        let message = refusal(move || RetryBudget::token_bucket("lake").with_capacity(capacity));
        assert!(message.starts_with("a token bucket must hold what each kind of retry costs"));
    }
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![Just(Failure::Transient), Just(Failure::Throttled), Just(Failure::TimedOut)]
}

proptest! {
    #[test]
    fn it_never_holds_more_than_its_capacity_nor_less_than_nothing(
        capacity in 20..200_u32,
        steps in prop::collection::vec((failure(), 0..3_u8), 1..300),
    ) {
        let budget = RetryBudget::token_bucket("lake").with_capacity(capacity);
        let mut left = i64::from(capacity);
        for (failure, step) in steps {
            let cost = match failure {
                Failure::Transient => 14,
                Failure::Throttled => 5,
                Failure::TimedOut => 10,
            };
            match step {
                0 => budget.succeeded(|| None),
                1 => budget.succeeded(|| Some(failure)),
                _ => prop_assert_eq!(retry(&budget, failure), left >= cost),
            }
            left = match step {
                0 => left + 1,
                1 => left + cost,
                _ if left >= cost => left - cost,
                _ => left,
            };
            left = left.min(i64::from(capacity));
            prop_assert_eq!(i64::try_from(budget.balance()), Ok(left));
        }
    }
}
