//! The ratio with its reserve, to the retry.

use super::*;

const MILLISECOND: Duration = Duration::from_millis(1);
/// A millisecond short of the window.
const ALMOST: Duration = Duration::from_millis(9_999);

/// Without the reserve: what calls bring.
fn of_calls(ratio: f64) -> Bench {
    Bench::new(RetryBudget::new("api").with_ratio(ratio).with_reserve(0))
}

#[test]
fn a_new_budget_has_the_reserve_of_a_whole_window() {
    let bench = Bench::new(RetryBudget::new("api"));
    assert_eq!(bench.balance(), 100);
    assert_eq!(bench.drain(), 100);
    assert_eq!(bench.balance(), 0);
}

#[test]
fn a_fifth_of_the_calls_may_be_retried_beside_the_reserve() {
    let bench = Bench::new(RetryBudget::new("api"));
    bench.call(1_000);
    assert_eq!(bench.balance(), 300);
    assert_eq!(bench.drain(), 300);
    bench.call(4);
    assert!(!bench.retry());
    bench.call(1);
    assert_eq!(bench.drain(), 1);
}

#[test]
fn calls_and_retries_count_for_a_window_to_the_millisecond() {
    for start in [Duration::ZERO, MILLISECOND * 123, Duration::from_micros(499_999)] {
        let mut bench = of_calls(0.2);
        bench.advance(start);
        bench.call(10);
        bench.advance(ALMOST);
        assert_eq!(bench.balance(), 2);
        assert!(bench.retry());
        bench.advance(MILLISECOND);
        assert_eq!(bench.balance(), 0, "the calls are forgotten");
        bench.call(5);
        assert!(!bench.retry(), "the retry is not");
        bench.advance(Duration::from_millis(9_998));
        assert!(!bench.retry());
        bench.advance(MILLISECOND);
        assert!(bench.retry());
    }
}

#[test]
fn the_reserve_comes_back_a_window_later() {
    let mut bench = Bench::new(RetryBudget::new("api").with_ratio(0.0));
    assert_eq!(bench.drain(), 100);
    bench.advance(ALMOST);
    assert_eq!(bench.drain(), 0);
    bench.advance(MILLISECOND);
    assert_eq!(bench.drain(), 100);
}

#[test]
fn retries_made_at_different_times_come_back_at_different_times() {
    let mut bench = Bench::new(RetryBudget::new("api").with_ratio(0.0).with_reserve(1));
    for _ in 0..10 {
        assert!(bench.retry());
        bench.advance(SECOND);
    }
    for _ in 0..10 {
        assert_eq!(bench.drain(), 1);
        bench.advance(SECOND);
    }
}

#[test]
fn a_burst_of_calls_counts_no_longer_than_its_first() {
    let mut bench = of_calls(1.0);
    bench.call(1);
    bench.advance(MILLISECOND * 100);
    bench.call(1);
    bench.advance(MILLISECOND * 9_950);
    assert!(bench.balance() <= 1, "a call of 10,050 ms ago does not count");
    bench.advance(MILLISECOND * 50);
    assert_eq!(bench.balance(), 0);
}

#[test]
fn a_burst_of_retries_counts_no_shorter_than_its_last() {
    let mut bench = Bench::new(RetryBudget::new("api").with_ratio(0.0).with_reserve(1));
    (0..10).for_each(|_| {
        assert!(bench.retry());
        bench.advance(MILLISECOND * 10);
    });
    bench.advance(MILLISECOND * 9_899);
    assert!(bench.balance() < 10, "the last was 9,909 ms ago");
    bench.advance(MILLISECOND * 91);
    assert_eq!(bench.balance(), 10);
}

#[test]
fn without_ratio_and_reserve_there_is_never_a_retry() {
    let bench = of_calls(0.0);
    bench.call(10_000);
    assert_eq!((bench.balance(), bench.drain()), (0, 0));
}

#[test]
fn without_a_reserve_the_first_calls_have_no_retry() {
    let bench = of_calls(0.2);
    bench.call(4);
    assert!(!bench.retry());
    bench.call(1);
    assert!(bench.retry());
}

#[test]
fn a_ratio_above_one_allows_several_retries_a_call() {
    let bench = of_calls(2.5);
    bench.call(2);
    assert_eq!(bench.drain(), 5);
    let bench = of_calls(1_000.0);
    bench.call(3);
    assert_eq!(bench.drain(), 3_000);
}

#[test]
fn tenths_and_millionths_are_exact() {
    for (ratio, calls, retries) in [
        (0.1, 30, 3),
        (0.29, 100, 29),
        (0.7, 10, 7),
        (0.3, 9, 2),
        (0.000_001, 1_000_000, 1),
        (1e-9, 1_000_000, 0),
    ] {
        let bench = of_calls(ratio);
        bench.call(calls);
        assert_eq!(bench.drain(), retries, "{ratio} of {calls}");
    }
}

#[test]
fn parts_of_retries_from_ratio_and_reserve_add_up() {
    let half_a_second = Duration::from_millis(500);
    let bench = Bench::new(RetryBudget::new("api").with_reserve(1).with_window(half_a_second));
    assert_eq!(bench.balance(), 0);
    bench.call(3);
    assert_eq!(bench.balance(), 1, "0.5 of the reserve and 0.6 of the calls");
}

#[test]
fn a_window_of_hours_keeps_calls_for_hours() {
    let day = 86_400 * SECOND;
    let mut bench = Bench::new(RetryBudget::new("api").with_reserve(0).with_window(day));
    bench.call(50);
    bench.advance(86_391 * SECOND);
    assert_eq!(bench.drain(), 10);
    bench.advance(18 * SECOND);
    bench.call(45);
    assert_eq!(bench.drain(), 0);
}

#[test]
fn the_shortest_window_forgets_after_a_tenth_of_a_second() {
    let window = Duration::from_millis(100);
    let mut bench = Bench::new(RetryBudget::new("api").with_window(window));
    bench.call(100);
    assert_eq!(bench.drain(), 21);
    bench.advance(window);
    assert_eq!(bench.drain(), 1);
}

#[test]
fn a_window_out_of_range_is_refused() {
    let windows = [Duration::ZERO, Duration::from_nanos(1), Duration::from_nanos(99_999_999)];
    for window in windows.into_iter().chain([Duration::from_nanos(86_400_000_000_001), Duration::MAX]) {
        let message = refusal(move || RetryBudget::new("api").with_window(window));
        assert!(message.starts_with("a budget's window is at least 100 ms and at most 24 h"));
    }
}

#[test]
fn a_ratio_out_of_range_is_refused() {
    for ratio in [-0.1, 1_000.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let message = refusal(move || RetryBudget::new("api").with_ratio(ratio));
        assert!(message.starts_with("a budget's ratio is a number from 0 to 1000"));
    }
}

#[test]
fn the_largest_figures_do_not_overflow() {
    let largest =
        RetryBudget::new("api").with_ratio(1_000.0).with_reserve(u32::MAX).with_window(24 * 3600 * SECOND);
    let bench = Bench::new(largest);
    bench.call(1_000);
    assert_eq!(bench.balance(), u64::from(u32::MAX) * 86_400 + 1_000_000);
    assert!(bench.retry());
}

#[test]
fn a_clock_that_jumps_back_counts_as_no_time_passed() {
    let mut bench = of_calls(1.0);
    bench.call(2);
    bench.go_back(SECOND * 3_600);
    assert_eq!(bench.balance(), 2);
    assert!(bench.retry());
    bench.call(1);
    bench.advance(SECOND * 3_600 + ALMOST);
    assert_eq!(bench.balance(), 2, "nothing is forgotten early");
    bench.advance(MILLISECOND);
    assert_eq!(bench.balance(), 0, "nor kept for longer");
}

#[test]
fn two_clocks_that_are_apart_give_no_retry_twice() {
    let bench = Bench::new(RetryBudget::new("api"));
    let ahead = bench.now + SECOND * 9_000;
    let retries = (0..1_000).filter(|turn| {
        let now = if turn % 2 == 0 { bench.now } else { ahead };
        bench.budget.withdraw(Failure::Transient, || now)
    });
    // One before the first jump, and a full window after it.
    assert_eq!(retries.count(), 101);
}

#[test]
fn moments_beyond_what_can_be_kept_are_no_time_at_all() {
    let far = Duration::from_secs(200 * 365 * 86_400);
    let mut bench = Bench::new(RetryBudget::new("api"));
    assert!(bench.retry());
    bench.advance(far);
    assert_eq!(bench.drain(), 100);
    bench.advance(far);
    assert_eq!(bench.drain(), 0, "time stands still");
    bench.go_back(far * 2);
    assert_eq!(bench.drain(), 0);
}

#[test]
fn more_calls_than_a_slot_can_count_are_left_out() {
    let bench = Bench::new(RetryBudget::new("api").with_reserve(0).with_window(Duration::from_millis(100)));
    bench.call(200_000);
    let counted = bench.balance() * 5;
    assert!((100_000..=200_000).contains(&counted), "{counted}");
    assert_eq!(u64::from(bench.drain()) * 5, counted);
}
