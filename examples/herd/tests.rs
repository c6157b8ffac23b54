//! Small runs: a few seconds all together.

use crate::{claims, clients::run, picture, strategies::Strategy};

const CLIENTS: usize = 2_000;

#[test]
fn every_claim_holds_and_the_picture_names_every_strategy() {
    let outcomes = Strategy::ALL.map(|strategy| (strategy, run(strategy, CLIENTS)));
    for (claim, holds) in claims::check(&outcomes) {
        assert!(holds, "{claim}");
    }
    let svg = picture::draw(&outcomes).unwrap();
    for strategy in Strategy::ALL {
        assert!(svg.contains(strategy.name()), "{strategy:?}");
    }
}

#[test]
fn runs_repeat_where_nothing_is_drawn() {
    for strategy in [Strategy::NoRetry, Strategy::NoJitter] {
        assert_eq!(run(strategy, 500), run(strategy, 500), "{strategy:?}");
    }
}

/// Jitter is drawn anew in each run, and hardly shows.
#[test]
fn runs_agree_where_jitter_is_drawn() {
    for strategy in [Strategy::FullJitter, Strategy::Budget, Strategy::Breaker] {
        let [one, other] = [run(strategy, CLIENTS), run(strategy, CLIENTS)];
        assert_eq!(one.calls, other.calls);
        let difference = (one.requests_per_call() - other.requests_per_call()).abs();
        assert!(difference < 0.05, "{strategy:?}: {difference}");
        assert!((one.failed_part() - other.failed_part()).abs() < 0.05, "{strategy:?}");
    }
}
