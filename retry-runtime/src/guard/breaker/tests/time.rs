//! Windows, the open time and clocks.

use super::{CircuitState::*, *};

#[test]
fn what_the_window_forgot_does_not_count() {
    let breaker = breaker();
    for _ in 0..3 {
        fail(&breaker, at(SECOND * 20));
    }
    // The last moment of the tenth bucket, and the first after it.
    let remembered = just_before(SECOND * 30);
    let forgotten = at(SECOND * 30);
    let other = super::breaker();
    for _ in 0..3 {
        fail(&other, at(SECOND * 20));
    }
    fail(&breaker, forgotten);
    fail(&other, remembered);
    assert_eq!((breaker.state_at(forgotten), other.state_at(remembered)), (Closed, Open));
}

#[test]
fn it_stays_open_to_the_nanosecond() {
    let breaker = breaker();
    fail_until_open(&breaker, at(SECOND));
    assert_eq!(refused_for(&breaker, at(SECOND)), SECOND * 30);
    let last = just_before(SECOND * 31);
    assert_eq!((breaker.state_at(last), refused_for(&breaker, last)), (Open, Duration::from_nanos(1)));
    assert_eq!(breaker.state_at(at(SECOND * 31)), HalfOpen);
    drop(permit(&breaker, at(SECOND * 31)));
}

#[test]
fn a_clock_that_jumps_back_counts_as_no_time_passed() {
    let breaker = breaker().with_probes(1);
    fail_until_open(&breaker, at(SECOND * 3_600));
    assert_eq!(breaker.state_at(at(SECOND)), Open);
    assert_eq!(refused_for(&breaker, at(SECOND)), SECOND * 30);
    assert_eq!(refused_for(&breaker, at(SECOND * 11)), SECOND * 20);
    succeed(&breaker, at(SECOND * 31));
    for _ in 0..3 {
        fail(&breaker, at(SECOND * 3_600));
    }
    fail(&breaker, at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Open, "the failures before the jump are remembered");
}

#[test]
fn after_a_jump_back_the_window_forgets_as_ever() {
    let breaker = breaker();
    for _ in 0..3 {
        fail(&breaker, at(SECOND * 3_600));
    }
    fail(&breaker, at(SECOND * 3_620));
    fail(&breaker, at(SECOND));
    for _ in 0..3 {
        fail(&breaker, at(SECOND * 12));
    }
    assert_eq!(breaker.state_at(at(SECOND * 12)), Closed, "never four within ten seconds");
}

#[test]
fn successes_alone_survive_a_jump_back() {
    let breaker = breaker();
    for second in [3_600, 1, 2, 3] {
        succeed(&breaker, at(SECOND * second));
    }
    for _ in 0..3 {
        fail(&breaker, at(SECOND * 4));
    }
    assert_eq!(breaker.state_at(at(SECOND * 4)), Closed, "3 of 7");
    fail(&breaker, at(SECOND * 4));
    assert_eq!(breaker.state_at(at(SECOND * 4)), Open, "4 of 8");
}

#[test]
fn a_slow_call_over_which_the_clock_jumped_back_took_no_time() {
    let breaker = breaker().with_minimum_calls(1).with_slow_calls(1.0, SECOND);
    permit(&breaker, at(SECOND * 60)).succeeded(at(SECOND));
    assert_eq!(breaker.state_at(at(SECOND)), Closed);
}

#[test]
fn windows_of_nanoseconds_and_of_a_day_serve() {
    for nanos in [1, 2, 9, 10, 11, 15] {
        let window = Duration::from_nanos(nanos);
        let breaker = breaker().with_window(window).with_open_time(window);
        let mut now = at(SECOND);
        for _ in 0..3 {
            fail(&breaker, now);
        }
        now += Duration::from_nanos(2 * nanos);
        fail(&breaker, now);
        assert_eq!(breaker.state_at(now), Closed, "{nanos} ns");
        fail_until_open(&breaker, now);
        assert_eq!(refused_for(&breaker, now), window);
    }
    for nanos in [1, 2, 9, 10] {
        let breaker = breaker().with_window(Duration::from_nanos(nanos));
        for call in 0..12 {
            fail(&breaker, at(Duration::from_nanos(call / 3 * nanos)));
        }
        assert_eq!(breaker.state_at(at(SECOND)), Closed, "never four within {nanos} ns");
    }
    let breaker = breaker().with_window(SECOND * 86_400);
    for hour in [0, 7, 14, 21] {
        fail(&breaker, at(SECOND * 3_600 * hour));
    }
    assert_eq!(breaker.state_at(at(SECOND * 3_600 * 21)), Open);
}

#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn a_paused_clock_rules_it() {
    static LAKE: CircuitBreaker = CircuitBreaker::new("lake").with_minimum_calls(1);
    fail(&LAKE, crate::clock::asynchronous());
    assert_eq!(LAKE.state(), Open);
    tokio::time::advance(Duration::from_millis(29_999)).await;
    assert_eq!(LAKE.state(), Open);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(LAKE.state(), HalfOpen);
}

/// A static outlives a runtime, and the paused clock of the next one begins earlier.
#[cfg(feature = "tokio")]
#[test]
fn the_clocks_of_two_paused_runtimes_rule_it_in_turn() {
    static LAKE: CircuitBreaker = CircuitBreaker::new("lake").with_minimum_calls(1);
    let paused = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    paused().expect("a runtime").block_on(async {
        tokio::time::advance(SECOND * 3_600).await;
        fail(&LAKE, crate::clock::asynchronous());
    });
    paused().expect("a runtime").block_on(async {
        assert_eq!(refused_for(&LAKE, crate::clock::asynchronous()), SECOND * 30);
        tokio::time::advance(SECOND * 30).await;
        assert_eq!(LAKE.state(), HalfOpen);
    });
}

#[test]
fn the_clock_is_not_read_for_nothing() {
    let unread = || panic!("read");
    drop(breaker().admit_by(unread));
    let breaker = breaker().with_slow_calls(1.0, SECOND);
    assert!(std::panic::catch_unwind(|| breaker.admit_by(unread).map(drop)).is_err());
}
