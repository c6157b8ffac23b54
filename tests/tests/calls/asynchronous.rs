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
        .before_retry(async |_| Err("no token".to_owned()));
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
