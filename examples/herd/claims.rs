//! What the runs are to show. The example fails if they do not.

use std::time::Duration;

use crate::{outcome::Outcome, strategies::Strategy};

const PLAIN: [Strategy; 6] = [
    Strategy::FixedDelay,
    Strategy::NoJitter,
    Strategy::JitterOfATenth,
    Strategy::EqualJitter,
    Strategy::DecorrelatedJitter,
    Strategy::FullJitter,
];

/// Each claim, and whether it holds of these outcomes.
pub(crate) fn check(outcomes: &[(Strategy, Outcome)]) -> Vec<(&'static str, bool)> {
    let of = |strategy| {
        let (_, outcome) = outcomes.iter().find(|(other, _)| *other == strategy).expect("every strategy ran");
        outcome
    };
    let is_back =
        |strategy, seconds| of(strategy).recovery().is_some_and(|time| time <= Duration::from_secs(seconds));
    let stays_down = |strategy| of(strategy).recovery().is_none() && of(strategy).requests_per_call() > 3.0;
    let peak = |strategy| of(strategy).peak();
    vec![
        ("Without retries the server is back when the outage ends.", is_back(Strategy::NoRetry, 1)),
        (
            "With plain retries it stays down: they alone are more than it can do, whatever their jitter.",
            PLAIN.into_iter().all(stays_down),
        ),
        (
            "Without jitter they come in waves, higher than with full jitter.",
            peak(Strategy::FixedDelay) > 1.5 * peak(Strategy::FullJitter)
                && peak(Strategy::NoJitter) > peak(Strategy::FullJitter),
        ),
        (
            "A budget keeps requests below 1.2 a call, and the server is back when the outage ends.",
            of(Strategy::Budget).requests_per_call() <= 1.2 && is_back(Strategy::Budget, 1),
        ),
        (
            "An adaptive rate leaves failing calls fewer attempts; the server is back within seconds.",
            of(Strategy::Adaptive).requests_per_call() < 2.0 && is_back(Strategy::Adaptive, 5),
        ),
        (
            "A breaker lets fewer requests through than there are calls; the server is back within its 30 s.",
            of(Strategy::Breaker).requests_per_call() < 1.0 && is_back(Strategy::Breaker, 30),
        ),
        (
            "Both together bring the fewest requests.",
            Strategy::ALL.into_iter().all(|other| {
                of(Strategy::BudgetAndBreaker).requests_per_call() <= of(other).requests_per_call()
            }) && is_back(Strategy::BudgetAndBreaker, 30),
        ),
    ]
}
