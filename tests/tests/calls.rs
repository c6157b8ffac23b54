//! Retrying without the attribute: `call`, `call_async` and the loop form do all that it does.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::SmallRng};
use retry_runtime::{
    Backoff, Classify, Context, Jitter, RetryError, RetryPolicy, StopReason, Verdict, retry,
};
use retry_tests::{Failure, Flaky, record, record_async, recorded_waits};

const SECOND: Duration = Duration::from_secs(1);

/// 5 attempts, waits of 1, 2, 4, 8 s.
const STEADY: RetryPolicy = RetryPolicy::HTTP.with_jitter(Jitter::None);

fn seconds<const N: usize>(waits: [u64; N]) -> Vec<Duration> {
    waits.map(Duration::from_secs).to_vec()
}

thread_local! {
    static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static START: Instant = Instant::now();
}

/// A clock that stands still until [`pass`] moves it.
fn clock() -> Instant {
    START.with(|start| *start) + PASSED.get()
}

fn pass(delay: Duration) {
    record(delay);
    PASSED.set(PASSED.get() + delay);
}

/// An error that says when to come back, or that there is no point.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ApiError {
    Busy(u64),
    Gone,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Classify for ApiError {
    fn classify(&self) -> Verdict {
        match self {
            Self::Busy(hint) => Verdict::THROTTLED.with_server_hint(Duration::from_secs(*hint)),
            Self::Gone => Verdict::PERMANENT,
        }
    }
}

mod blocking {
    use super::*;

    #[test]
    fn a_call_is_repeated_until_it_succeeds() {
        let flaky = Flaky::failing(3);
        assert_eq!(STEADY.call(|| flaky.call()).sleep(record).run(), Ok(4));
        assert_eq!(recorded_waits(), seconds([1, 2, 4]));
    }

    #[test]
    fn the_last_error_comes_back_unchanged() {
        let flaky = Flaky::failing(9);
        assert_eq!(STEADY.call(|| flaky.call()).sleep(record).run(), Err(Failure(5)));
        assert_eq!(flaky.attempts(), 5);
    }

    #[test]
    fn nothing_happens_before_run() {
        let flaky = Flaky::failing(0);
        drop(STEADY.call(|| flaky.call()));
        assert_eq!(flaky.attempts(), 0);
    }

    #[test]
    fn a_closure_may_change_what_it_captures() {
        let mut seen = Vec::new();
        let push = || {
            seen.push(seen.len());
            if seen.len() < 3 { Err("more") } else { Ok(seen.len()) }
        };
        assert_eq!(STEADY.call(push).sleep(record).run(), Ok(3));
        assert_eq!(seen, [0, 1, 2]);
    }

    #[test]
    fn a_filter_decides_which_errors_are_repeated() {
        let flaky = Flaky::failing(9);
        let call = STEADY.call(|| flaky.call()).filter(|error| error.0 < 2).sleep(record);
        assert_eq!(call.run(), Err(Failure(2)));
    }

    #[test]
    fn a_filter_may_be_a_function() {
        fn never(_: &Failure) -> bool {
            false
        }
        assert_eq!(STEADY.call(|| Err::<(), _>(Failure(1))).filter(never).run(), Err(Failure(1)));
    }

    #[test]
    fn a_filter_may_carry_the_servers_hint() {
        let call = STEADY.call(|| Err::<(), _>("busy")).filter(|_| Some(SECOND * 7)).sleep(record);
        assert_eq!(call.run(), Err("busy"));
        assert_eq!(recorded_waits(), seconds([7, 7, 7, 8]));
    }

    #[test]
    fn classified_errors_judge_themselves() {
        let call = STEADY.call(|| Err::<(), _>(ApiError::Busy(9))).classified().sleep(record);
        assert_eq!(call.run(), Err(ApiError::Busy(9)));
        assert_eq!(recorded_waits(), seconds([9, 9, 9, 9]));
        assert_eq!(STEADY.call(|| Err::<(), _>(ApiError::Gone)).classified().run(), Err(ApiError::Gone));
    }

    #[test]
    fn beside_a_filter_classified_errors_still_say_when() {
        let attempts = Cell::new(0);
        let operation = || {
            attempts.set(attempts.get() + 1);
            Err::<(), _>(ApiError::Busy(9))
        };
        let call = STEADY.call(operation).classified().filter(|_| attempts.get() < 3).sleep(record);
        assert!(call.run().is_err());
        assert_eq!(recorded_waits(), seconds([9, 9]));
    }

    #[test]
    fn values_that_are_turned_down_are_asked_for_again() {
        let flaky = Flaky::failing(0);
        let call = STEADY.call(|| flaky.call()).filter_ok(|value| *value < 3).sleep(record);
        assert_eq!(call.run(), Ok(3));
    }

    #[test]
    fn when_attempts_run_out_the_last_value_turned_down_is_the_result() {
        let flaky = Flaky::failing(0);
        assert_eq!(STEADY.call(|| flaky.call()).filter_ok(|_| true).sleep(record).run(), Ok(5));
    }

    #[test]
    fn hooks_are_told_of_every_turn() {
        let told = RefCell::new(Vec::new());
        let flaky = Flaky::failing(2);
        let call = STEADY
            .call(|| flaky.call())
            .on_retry(|event| {
                told.borrow_mut().push(format!("retry {} in {:?}", event.attempt, event.delay.unwrap()));
            })
            .on_success(|event| told.borrow_mut().push(format!("success {}", event.attempt)))
            .on_give_up(|_| unreachable!("it succeeds"))
            .sleep(record);
        assert_eq!(call.run(), Ok(3));
        assert_eq!(told.take(), ["retry 1 in 1s", "retry 2 in 2s", "success 3"]);
    }

    #[test]
    fn a_hook_knows_names_error_time_and_reason() {
        let told = RefCell::new(Vec::new());
        let call = STEADY
            .with_max_attempts(2)
            .call(|| Err::<(), _>(Failure(7)))
            .operation("fetch")
            .service("stock")
            .clock(clock)
            .on_give_up(|event| told.borrow_mut().push((event.error.cloned(), event.reason, event.elapsed)))
            .on_retry(|event| assert_eq!((event.operation, event.service), ("fetch", Some("stock"))))
            .sleep(pass);
        assert_eq!(call.run(), Err(Failure(7)));
        assert_eq!(told.take(), [(Some(Failure(7)), Some(StopReason::AttemptsExhausted), Some(SECOND))]);
    }

    #[test]
    fn on_success_fires_on_a_first_success_too() {
        let told = Cell::new(0);
        let call = STEADY.call(|| Ok::<_, Failure>(())).on_success(|event| told.set(event.attempt));
        assert_eq!(call.run(), Ok(()));
        assert_eq!(told.get(), 1);
    }

    #[test]
    fn several_hooks_of_a_kind_are_told_in_order() {
        let told = RefCell::new(Vec::new());
        let call = STEADY
            .call(|| Ok::<_, Failure>(()))
            .on_success(|_| told.borrow_mut().push(1))
            .on_success(|_| told.borrow_mut().push(2));
        assert_eq!(call.run(), Ok(()));
        assert_eq!(told.take(), [1, 2]);
    }

    #[test]
    fn before_retry_runs_after_each_wait() {
        let told = RefCell::new(Vec::new());
        let flaky = Flaky::failing(2);
        let call = STEADY
            .call(|| flaky.call().inspect_err(|error| told.borrow_mut().push(format!("failed {}", error.0))))
            .before_retry(|context: Context<'_>| {
                told.borrow_mut().push(format!(
                    "before {} {:?}",
                    context.attempt(),
                    context.previous_delay()
                ));
            })
            .sleep(record);
        assert_eq!(call.run(), Ok(3));
        assert_eq!(told.take(), ["failed 1", "before 2 Some(1s)", "failed 2", "before 3 Some(2s)"]);
    }

    #[test]
    fn before_retry_knows_how_long_the_call_takes() {
        let told = RefCell::new(Vec::new());
        let call = STEADY
            .call(|| {
                PASSED.set(PASSED.get() + SECOND * 10);
                Err::<(), _>("slow")
            })
            .before_retry(|context: Context<'_>| told.borrow_mut().push(context.elapsed().as_secs()))
            .clock(clock)
            .sleep(pass);
        assert_eq!(call.run(), Err("slow"));
        assert_eq!(told.take(), [11, 23, 37, 55]);
    }

    #[test]
    fn an_error_of_before_retry_ends_the_call_and_is_converted() {
        let flaky = Flaky::failing(9);
        let call = STEADY
            .call(|| flaky.call().map_err(|error| error.to_string()))
            .before_retry(|_| Err::<(), _>("no token"))
            .sleep(record);
        assert_eq!(call.run(), Err("no token".to_owned()));
        assert_eq!(flaky.attempts(), 1);
    }

    #[test]
    fn no_filter_is_asked_about_an_error_of_before_retry() {
        let judged = RefCell::new(Vec::new());
        let call = STEADY
            .call(|| Err::<(), _>("attempt"))
            .filter(|error| {
                judged.borrow_mut().push(*error);
                true
            })
            .before_retry(|_| Err::<(), _>("before"))
            .sleep(record);
        assert_eq!(call.run(), Err("before"));
        assert_eq!(judged.take(), ["attempt"]);
    }

    #[test]
    fn a_fallback_answers_for_every_give_up() {
        let call = STEADY.call(|| Err::<u32, _>(Failure(8))).fallback(|error| Ok(error.0)).sleep(record);
        assert_eq!(call.run(), Ok(8));
        let permanent = STEADY.call(|| Err::<u32, _>(Failure(8))).filter(|_| false);
        assert_eq!(permanent.fallback(|_| Err(Failure(0))).run(), Err(Failure(0)));
    }

    #[test]
    fn a_fallback_is_not_asked_when_the_call_succeeds() {
        let flaky = Flaky::failing(1);
        let call = STEADY.call(|| flaky.call()).fallback(|_| unreachable!("it succeeds")).sleep(record);
        assert_eq!(call.run(), Ok(2));
    }

    #[test]
    fn run_wrapped_says_how_often_how_long_and_why() {
        let call = STEADY.call(|| Err::<(), _>(Failure(3))).clock(clock).sleep(pass);
        let error = call.run_wrapped().unwrap_err();
        assert_eq!((error.attempts(), error.elapsed()), (5, SECOND * 15));
        assert_eq!(error.reason(), StopReason::AttemptsExhausted);
        assert_eq!(error.into_last_error(), Some(Failure(3)));
    }

    #[test]
    fn time_spent_in_a_fallback_is_no_time_of_the_call() {
        let fallback = |error| {
            pass(SECOND * 100);
            Err(error)
        };
        let call = STEADY.call(|| Err::<(), _>(Failure(3))).clock(clock).sleep(pass).fallback(fallback);
        assert_eq!(call.run_wrapped().unwrap_err().elapsed(), SECOND * 15);
    }

    #[test]
    fn time_limits_are_read_from_the_clock_handed_in() {
        let call = STEADY.with_max_elapsed(SECOND * 3).call(|| Err::<(), _>("late")).clock(clock).sleep(pass);
        let error = call.run_wrapped().unwrap_err();
        assert_eq!((error.attempts(), error.reason()), (3, StopReason::Elapsed));
        assert_eq!(recorded_waits(), seconds([1, 2]));
    }

    #[test]
    fn a_call_without_limits_and_listeners_reads_no_clock() {
        let flaky = Flaky::failing(2);
        let call = STEADY.call(|| flaky.call()).clock(|| unreachable!("nobody asked")).sleep(record);
        assert_eq!(call.run(), Ok(3));
    }

    #[test]
    fn no_sleeper_is_asked_for_a_wait_of_zero() {
        let call = STEADY.with_initial_delay(Duration::ZERO).call(|| Err::<(), _>("no"));
        assert_eq!(call.sleep(|_| unreachable!("nothing to wait for")).run(), Err("no"));
    }

    #[test]
    fn a_panic_in_an_attempt_is_the_callers() {
        let attempts = AtomicU32::new(0);
        let call = || {
            let operation = || -> Result<(), Failure> {
                attempts.fetch_add(1, Ordering::Relaxed);
                panic!("mine")
            };
            STEADY.call(operation).sleep(record).run()
        };
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"mine"));
        assert_eq!(attempts.load(Ordering::Relaxed), 1);
    }
}

mod asynchronous {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_on_tokios_timer() {
        let start = tokio::time::Instant::now();
        let flaky = Flaky::failing(3);
        assert_eq!(STEADY.call_async(async || flaky.call_async().await).run().await, Ok(4));
        assert_eq!(start.elapsed(), SECOND * 7);
    }

    #[tokio::test(start_paused = true)]
    async fn closures_that_return_futures_serve_too() {
        let flaky = Flaky::failing(9);
        assert_eq!(STEADY.call_async(|| flaky.call_async()).run().await, Err(Failure(5)));
    }

    #[tokio::test]
    async fn every_method_serves_async_calls() {
        let told = RefCell::new(Vec::new());
        let tell = |what: &str| told.borrow_mut().push(what.to_owned());
        let flaky = Flaky::failing(2);
        let call = STEADY
            .call_async(async || flaky.call_async().await)
            .filter(|error| error.0 < 9)
            .filter_ok(|value| *value < 4)
            .on_retry(|event| tell(&format!("retry {} {:?}", event.operation, event.service)))
            .on_success(|_| tell("success"))
            .on_give_up(|_| unreachable!("it succeeds"))
            .before_retry(async |context| tell(&format!("before {}", context.attempt())))
            .fallback(async |error| Err(error))
            .operation("fetch")
            .service("stock")
            .rng(SmallRng::seed_from_u64(1))
            .sleep(record_async);
        assert_eq!(call.run().await, Ok(4));
        let retry = "retry fetch Some(\"stock\")";
        assert_eq!(told.take(), [retry, "before 2", retry, "before 3", retry, "before 4", "success"]);
        assert_eq!(recorded_waits(), seconds([1, 2, 4]));
    }

    #[tokio::test(start_paused = true)]
    async fn classified_errors_judge_themselves() {
        let start = tokio::time::Instant::now();
        let call = STEADY.call_async(async || Err::<(), _>(ApiError::Busy(9))).classified();
        assert_eq!(call.run().await, Err(ApiError::Busy(9)));
        assert_eq!(start.elapsed(), SECOND * 36);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_of_before_retry_ends_the_call() {
        let flaky = Flaky::failing(9);
        let call = STEADY
            .call_async(async || flaky.call().map_err(|error| error.to_string()))
            .filter(|error| *error != "no token")
            .before_retry(async |_| Err::<(), _>("no token"));
        let error = call.run_wrapped().await.unwrap_err();
        assert_eq!((error.attempts(), error.reason()), (1, StopReason::Permanent));
        assert_eq!(error.last_error().map(String::as_str), Some("no token"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_fallback_is_awaited() {
        let fallback = async |error: Failure| {
            tokio::time::sleep(SECOND).await;
            Ok(error.0)
        };
        assert_eq!(STEADY.call_async(async || Err(Failure(7))).fallback(fallback).run().await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn run_wrapped_says_how_often_how_long_and_why() {
        let fallback = async |error| {
            tokio::time::sleep(SECOND * 100).await;
            Err(error)
        };
        let call = STEADY.call_async(async || Err::<(), _>(Failure(3))).fallback(fallback);
        let error: RetryError<_> = call.run_wrapped().await.unwrap_err();
        assert_eq!((error.attempts(), error.elapsed()), (5, SECOND * 15));
        assert_eq!(error.last_error(), Some(&Failure(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_is_slow_counts_against_max_elapsed() {
        let attempts = Cell::new(0);
        let slow = async || {
            attempts.set(attempts.get() + 1);
            tokio::time::sleep(SECOND * 10).await;
            Err::<(), _>("slow")
        };
        let call = STEADY.with_max_elapsed(SECOND * 20).call_async(slow);
        assert_eq!(call.run().await, Err("slow"));
        assert_eq!(attempts.get(), 2, "11 s are over when the second begins, 21 s when it ends");
    }
}

mod sending {
    use super::*;

    struct Unsendable(#[expect(dead_code, reason = "makes it so")] Rc<()>);

    impl std::fmt::Display for Unsendable {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("unsendable")
        }
    }

    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_call_with_all_it_can_have_is_spawned() {
        let flaky = Arc::new(Flaky::failing(2));
        let told = Arc::new(AtomicU32::new(0));
        let (shared, heard) = (Arc::clone(&flaky), Arc::clone(&told));
        let task = tokio::spawn(
            RetryPolicy::DEFAULT
                .with_initial_delay(Duration::from_micros(1))
                .call_async(move || {
                    let flaky = Arc::clone(&shared);
                    async move { flaky.call_async().await }
                })
                .filter(|error: &Failure| error.0 < 9)
                .filter_ok(|value| *value == 0)
                .on_retry(move |_| {
                    heard.fetch_add(1, Ordering::Relaxed);
                })
                .before_retry(async |_| tokio::task::yield_now().await)
                .fallback(async |error| Err(error))
                .rng(SmallRng::seed_from_u64(1))
                .run(),
        );
        assert_eq!(task.await.expect("no panic"), Ok(3));
        assert_eq!(told.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_loop_form_is_spawned() {
        let task = tokio::spawn(async move {
            let flaky = Flaky::failing(2);
            let mut attempts = RetryPolicy::DEFAULT
                .with_initial_delay(Duration::from_micros(1))
                .attempts("spawned")
                .rng(SmallRng::seed_from_u64(1));
            loop {
                let _ = attempts.next().await;
                match flaky.call_async().await {
                    Err(error) => attempts.failed(error)?,
                    done => return done,
                }
            }
        });
        assert_eq!(task.await.expect("no panic"), Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_is_not_send_leaves_the_future_send() {
        let attempts = AtomicU32::new(0);
        let operation = || {
            attempts.fetch_add(1, Ordering::Relaxed);
            async { Err::<(), _>(Unsendable(Rc::new(()))) }
        };
        assert!(sendable(STEADY.call_async(operation).run()).await.is_err());
        assert!(sendable(STEADY.call_async(operation).run_wrapped()).await.is_err());
        let hooked = STEADY.call_async(operation).on_retry(|_| {}).before_retry(async |_| {});
        assert!(sendable(hooked.run()).await.is_err());
        let answered = STEADY.call_async(operation).fallback(|_| async { Ok(()) });
        assert!(sendable(answered.run()).await.is_ok());
        assert_eq!(attempts.load(Ordering::Relaxed), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn in_the_loop_form_too() {
        let work = async {
            let mut attempts = STEADY.attempts("work");
            loop {
                let _ = attempts.next().await;
                if let Err(error) = attempts.failed(Unsendable(Rc::new(()))) {
                    return error;
                }
            }
        };
        sendable(work).await;
    }
}

mod loops {
    use super::*;

    async fn work(attempt: Context<'_>, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
        tokio::task::yield_now().await;
        work_blocking(attempt, seen)
    }

    fn work_blocking(attempt: Context<'_>, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
        seen.push(attempt.attempt());
        if seen.len() < 4 { Err(Failure(attempt.attempt())) } else { Ok("done") }
    }

    async fn process(policy: RetryPolicy, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
        let mut attempts = policy.attempts("data_processing");
        loop {
            let attempt = attempts.next().await;
            match work(attempt, seen).await {
                Err(e) => attempts.failed(e)?,
                done => return done,
            }
        }
    }

    fn process_blocking(policy: RetryPolicy, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
        let mut attempts = policy.attempts("data_processing").sleep(record);
        loop {
            let attempt = attempts.next_blocking();
            match work_blocking(attempt, seen) {
                Err(e) => attempts.failed(e)?,
                done => return done,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_is_repeated_until_it_succeeds() {
        let (start, mut seen) = (tokio::time::Instant::now(), Vec::new());
        assert_eq!(process(STEADY, &mut seen).await, Ok("done"));
        assert_eq!(seen, [1, 2, 3, 4]);
        assert_eq!(start.elapsed(), SECOND * 7);
    }

    #[test]
    fn a_blocking_block_is_repeated_until_it_succeeds() {
        let mut seen = Vec::new();
        assert_eq!(process_blocking(STEADY, &mut seen), Ok("done"));
        assert_eq!(seen, [1, 2, 3, 4]);
        assert_eq!(recorded_waits(), seconds([1, 2, 4]));
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_comes_back_when_it_is_over() {
        let policy = STEADY.with_max_attempts(2);
        assert_eq!(process(policy, &mut Vec::new()).await, Err(Failure(2)));
        assert_eq!(process_blocking(policy, &mut Vec::new()), Err(Failure(2)));
    }

    #[test]
    fn a_verdict_decides_whether_and_when() {
        let mut attempts = STEADY.attempts("judged").sleep(record);
        attempts.next_blocking();
        assert_eq!(attempts.failed_with(ApiError::Busy(9).classify(), "busy"), Ok(()));
        attempts.next_blocking();
        assert_eq!(attempts.failed_with(true, "transient"), Ok(()));
        attempts.next_blocking();
        assert_eq!(attempts.failed_with(false, "permanent"), Err("permanent"));
        assert_eq!(attempts.stop_reason(), Some(StopReason::Permanent));
        assert_eq!(recorded_waits(), seconds([9, 2]));
    }

    #[test]
    fn a_value_turned_down_comes_back_when_it_is_over() {
        let mut attempts = STEADY.with_max_attempts(2).attempts("poll").sleep(record);
        attempts.next_blocking();
        assert_eq!(attempts.turned_down(Rc::new(1)), Ok(()));
        attempts.next_blocking();
        assert_eq!(attempts.turned_down(Rc::new(2)), Err(Rc::new(2)));
    }

    #[test]
    fn the_reason_is_known_once_it_is_over() {
        let mut attempts = STEADY.with_max_attempts(2).attempts("reason").sleep(record);
        assert_eq!(attempts.stop_reason(), None);
        attempts.next_blocking();
        assert!(attempts.failed("one").is_ok());
        assert_eq!(attempts.stop_reason(), None);
        attempts.next_blocking();
        assert!(attempts.failed("two").is_err());
        assert_eq!(attempts.stop_reason(), Some(StopReason::AttemptsExhausted));
    }

    #[test]
    fn wrap_says_how_often_how_long_and_why() {
        let mut attempts = STEADY.with_max_elapsed(SECOND * 4).attempts("wrapped").clock(clock).sleep(pass);
        let wrapped = loop {
            attempts.next_blocking();
            PASSED.set(PASSED.get() + SECOND);
            if let Err(error) = attempts.failed("slow") {
                break attempts.wrap(error);
            }
        };
        assert_eq!((wrapped.attempts(), wrapped.elapsed()), (2, SECOND * 3));
        assert_eq!(wrapped.reason(), StopReason::Elapsed);
    }

    #[test]
    fn an_attempt_knows_its_place() {
        let mut attempts = STEADY.with_max_attempts(2).attempts("place").service("stock").sleep(record);
        let first = attempts.next_blocking();
        assert_eq!((first.operation(), first.attempt(), first.attempts_left()), ("place", 1, Some(1)));
        assert!(first.previous_delay().is_none() && !first.is_last());
        assert!(attempts.failed("no").is_ok());
        let second = attempts.next_blocking();
        assert_eq!((second.attempt(), second.previous_delay()), (2, Some(SECOND)));
        assert!(second.is_last());
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_was_dropped_begins_anew() {
        let mut attempts = STEADY.attempts("cancelled");
        attempts.next().await;
        assert!(attempts.failed("no").is_ok());
        assert!(tokio::time::timeout(SECOND / 2, attempts.next()).await.is_err());
        let start = tokio::time::Instant::now();
        assert_eq!(attempts.next().await.attempt(), 2);
        assert_eq!(start.elapsed(), SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn next_waits_once_for_each_failure() {
        let mut attempts = STEADY.attempts("twice");
        attempts.next().await;
        assert!(attempts.failed("no").is_ok());
        attempts.next().await;
        let start = tokio::time::Instant::now();
        assert_eq!(attempts.next().await.attempt(), 2);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

mod randomness {
    use super::*;

    fn waits(seed: Option<u64>) -> Vec<Duration> {
        let call = RetryPolicy::HTTP.call(|| Err::<(), _>("no")).sleep(record);
        let result = match seed {
            Some(seed) => call.rng(SmallRng::seed_from_u64(seed)).run(),
            None => call.run(),
        };
        assert_eq!(result, Err("no"));
        recorded_waits()
    }

    #[test]
    fn the_same_seed_gives_the_same_waits() {
        assert_eq!(waits(Some(1)), waits(Some(1)));
        assert_ne!(waits(Some(1)), waits(Some(2)));
    }

    #[test]
    fn two_calls_never_share_their_draws() {
        let here: Vec<_> = (0..50).map(|_| waits(None)).collect();
        let there = std::thread::spawn(|| (0..50).map(|_| waits(None)).collect::<Vec<_>>());
        let all: Vec<_> = here.into_iter().chain(there.join().expect("no panic")).flatten().collect();
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (400, 400));
    }

    #[tokio::test]
    async fn the_three_forms_draw_alike_from_a_seed() {
        let rng = || SmallRng::seed_from_u64(3);
        let policy = RetryPolicy::DATABASE.with_max_attempts(6);
        let expected: Vec<_> = policy.delays_with(rng()).collect();
        let _ = policy.call(|| Err::<(), _>("no")).rng(rng()).sleep(record).run();
        assert_eq!(recorded_waits(), expected);
        let _ = policy.call_async(async || Err::<(), _>("no")).rng(rng()).sleep(record_async).run().await;
        assert_eq!(recorded_waits(), expected);
        let mut attempts = policy.attempts("loop").rng(rng()).sleep(record_async);
        while attempts.failed("no").is_ok() {
            attempts.next().await;
        }
        assert_eq!(recorded_waits(), expected);
    }
}

mod cancelling {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_a_drop_at_any_point_no_attempt_runs() {
        let mut seen = Vec::new();
        for half_seconds in 0..40 {
            let flaky = Flaky::failing(9);
            let slow = async || {
                tokio::time::sleep(SECOND).await;
                flaky.call()
            };
            let prepare = async |_: Context<'_>| tokio::time::sleep(SECOND).await;
            let call = STEADY.call_async(slow).before_retry(prepare).run();
            let limit = SECOND / 2 * half_seconds + Duration::from_millis(1);
            let ended = tokio::time::timeout(limit, call).await.is_ok();
            let attempts = flaky.attempts();
            tokio::time::sleep(SECOND * 60).await;
            assert_eq!(flaky.attempts(), attempts);
            assert_eq!(ended, attempts == 5);
            seen.push(attempts);
        }
        assert!(seen.is_sorted() && (0..5).all(|attempt| seen.contains(&attempt)), "{seen:?}");
    }
}

mod runtimes {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Message and file of the panic.
    fn panic_of(act: impl FnOnce()) -> (String, String) {
        thread_local! {
            static FILE: RefCell<String> = const { RefCell::new(String::new()) };
        }
        static HOOK: std::sync::Once = std::sync::Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                FILE.set(info.location().map(|place| place.file().to_owned()).unwrap_or_default());
                before(info);
            }));
        });
        let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("a panic");
        let message = payload.downcast::<String>().map_or_else(
            |payload| (*payload.downcast::<&str>().expect("a text")).to_owned(),
            |message| *message,
        );
        (message, FILE.take())
    }

    #[retry]
    async fn annotated() -> Result<(), Failure> {
        Err(Failure(0))
    }

    #[test]
    fn an_annotated_function_outside_tokio_panics_at_its_own_place() {
        let (message, file) = panic_of(|| futures_executor::block_on(annotated()).unwrap());
        assert!(message.contains("no tokio runtime") && message.contains("sleep = path"), "{message}");
        assert!(file.ends_with("calls.rs"), "{file}");
    }

    #[test]
    fn an_ad_hoc_call_outside_tokio_panics_and_names_its_place() {
        let line = line!() + 1;
        let call = STEADY.call_async(async || Err::<(), _>("no")).operation("fetch").run();
        let (message, _) = panic_of(|| futures_executor::block_on(call).unwrap());
        assert!(message.contains("no tokio runtime") && message.contains(".sleep(path)"), "{message}");
        assert!(message.contains("sleep = path"), "{message}");
        assert!(message.contains("`fetch`") && message.contains(&format!("calls.rs:{line}:")), "{message}");
    }

    #[test]
    fn a_loop_outside_tokio_panics_and_names_its_place() {
        let line = line!() + 1;
        let mut attempts = STEADY.attempts("looped");
        assert!(attempts.failed("no").is_ok());
        let (message, _) = panic_of(|| {
            futures_executor::block_on(attempts.next());
        });
        assert!(message.contains("`looped`") && message.contains(&format!("calls.rs:{line}:")), "{message}");
    }

    #[test]
    fn another_runtime_needs_only_its_sleeper() {
        let flaky = Flaky::failing(2);
        let call = STEADY.call_async(async || flaky.call()).sleep(record_async);
        assert_eq!(futures_executor::block_on(call.run()), Ok(3));
        assert_eq!(recorded_waits(), seconds([1, 2]));
    }

    #[test]
    fn where_nothing_waits_no_runtime_is_needed() {
        let flaky = Flaky::failing(2);
        let policy = STEADY.with_initial_delay(Duration::ZERO).with_max_elapsed(SECOND * 60);
        assert_eq!(futures_executor::block_on(policy.call_async(async || flaky.call()).run()), Ok(3));
    }
}

mod properties {
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
}
