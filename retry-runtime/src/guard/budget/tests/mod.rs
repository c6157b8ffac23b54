use std::{panic, time::Duration};

use super::*;
use crate::Verdict;

#[cfg(loom)]
mod loom;
mod ratio;
mod ratio_model;
mod threads;
mod tokens;

const SECOND: Duration = Duration::from_secs(1);

/// A budget and a clock in the test's hand.
struct Bench {
    budget: RetryBudget,
    now: Instant,
}

impl Bench {
    fn new(budget: RetryBudget) -> Self {
        // Far enough from the machine's start to go back.
        Self { budget, now: Instant::now() + 24 * 3600 * SECOND }
    }

    fn advance(&mut self, time: Duration) {
        self.now += time;
    }

    fn go_back(&mut self, time: Duration) {
        self.now -= time;
    }

    fn call(&self, times: u32) {
        (0..times).for_each(|_| self.budget.called(|| self.now));
    }

    fn retry(&self) -> bool {
        self.budget.withdraw(Failure::Transient, || self.now)
    }

    /// Retries until one is refused.
    fn drain(&self) -> u32 {
        let mut retries = 0;
        while self.retry() {
            retries += 1;
        }
        retries
    }

    fn balance(&self) -> u64 {
        self.budget.balance_at(|| self.now)
    }
}

/// Why a budget cannot be made so.
fn refusal(build: impl FnOnce() -> RetryBudget + panic::UnwindSafe) -> &'static str {
    let payload = panic::catch_unwind(build).expect_err("a refusal");
    payload.downcast_ref::<&'static str>().expect("a plain message")
}

#[test]
fn budgets_know_their_names() {
    static API: RetryBudget = RetryBudget::new("api").with_ratio(0.1).with_reserve(1).with_window(SECOND);
    static LAKE: RetryBudget = RetryBudget::token_bucket("lake").with_transient_cost(1).with_capacity(50);
    assert_eq!((API.name(), LAKE.name()), ("api", "lake"));
    assert_eq!(format!("{LAKE:?}"), r#"RetryBudget { name: "lake", balance: 50, .. }"#);
}

#[test]
fn a_budget_without_a_name_is_refused() {
    for build in [|| RetryBudget::new(""), || RetryBudget::token_bucket("")] {
        assert!(refusal(build).starts_with("a budget needs a name"));
    }
}

#[test]
fn a_figure_of_the_other_kind_is_refused() {
    type Build = fn() -> RetryBudget;
    let of_ratios: [Build; 3] = [
        || RetryBudget::token_bucket("b").with_ratio(0.1),
        || RetryBudget::token_bucket("b").with_reserve(1),
        || RetryBudget::token_bucket("b").with_window(SECOND),
    ];
    for build in of_ratios {
        assert!(refusal(build).starts_with("a token bucket has no ratio, reserve or window"));
    }
    let of_tokens: [Build; 4] = [
        || RetryBudget::new("b").with_capacity(100),
        || RetryBudget::new("b").with_transient_cost(1),
        || RetryBudget::new("b").with_throttled_cost(1),
        || RetryBudget::new("b").with_timeout_cost(1),
    ];
    for build in of_tokens {
        assert!(refusal(build).starts_with("this budget has no tokens"));
    }
}

#[test]
fn a_verdict_says_what_a_retry_is_charged_for() {
    for (verdict, failure) in [
        (Verdict::TRANSIENT, Some(Failure::Transient)),
        (Verdict::THROTTLED.with_server_hint(SECOND), Some(Failure::Throttled)),
        (Verdict::TIMED_OUT, Some(Failure::TimedOut)),
        (Verdict::PERMANENT, None),
    ] {
        assert_eq!(verdict.charge(), failure, "{verdict:?}");
    }
}

#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn the_balance_obeys_a_paused_clock() {
    static API: RetryBudget = RetryBudget::new("api");
    assert!(API.withdraw(Failure::Transient, clock::asynchronous));
    assert_eq!(API.balance(), 99);
    tokio::time::advance(SECOND * 10).await;
    assert_eq!(API.balance(), 100);
}
