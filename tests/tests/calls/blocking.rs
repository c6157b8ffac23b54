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
            told.borrow_mut().push(format!("before {} {:?}", context.attempt(), context.previous_delay()));
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
fn an_error_of_before_retry_ends_the_call() {
    let flaky = Flaky::failing(9);
    let call = STEADY
        .call(|| flaky.call().map_err(|error| error.to_string()))
        .before_retry(|_| Err("no token".to_owned()))
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

thread_local! {
    static READS: Cell<u32> = const { Cell::new(0) };
}

/// How often the clock is read by a call that fails so often first.
fn reads(failures: u32) -> u32 {
    fn counted() -> Instant {
        READS.set(READS.get() + 1);
        clock()
    }

    let flaky = Flaky::failing(failures);
    assert_eq!(STEADY.call(|| flaky.call()).clock(counted).sleep(record).run(), Ok(failures + 1));
    READS.take()
}

/// Metrics want to know how long each call takes, and nobody else does.
#[test]
fn a_call_without_limits_and_listeners_reads_no_clock() {
    let is_timed = cfg!(feature = "metrics");
    assert_eq!(reads(0), if is_timed { 2 } else { 0 });
    assert_eq!(reads(2) > 0, is_timed);
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
