//! Retries inside retries are found, counted and logged once for each pair.
#![deny(warnings, clippy::all)]

#[path = "../logging/capture.rs"]
#[allow(dead_code, reason = "of the tests of the log")]
mod capture;
#[path = "../metrics/exposition.rs"]
#[allow(dead_code, reason = "of the tests of the metrics")]
mod exposition;

use std::panic::{AssertUnwindSafe, catch_unwind};

use capture::Log;
use exposition::scraped;
use retry_runtime::{NestedRetries, RetryPolicy, nested_retries, retry};
use retry_tests::{Failure, Flaky, record};
use tracing::{Level, subscriber::DefaultGuard};

/// What was found of an inner operation: each test has operations of its own, for all share what is found.
fn found(inner: &str) -> Vec<(String, u64, Option<u64>)> {
    let of_inner = nested_retries().into_iter().filter(|found| found.inner == inner);
    of_inner.map(|NestedRetries { outer, calls, max_attempts, .. }| (outer, calls, max_attempts)).collect()
}

fn once(outer: &str, max_attempts: u64) -> Vec<(String, u64, Option<u64>)> {
    vec![(outer.to_owned(), 1, Some(max_attempts))]
}

/// Somebody listens in every test: what nobody hears at first may stay unheard, where threads race for a callsite.
fn heard() -> DefaultGuard {
    Log::listen().1
}

#[test]
fn a_blocking_function_in_another_is_found_at_each_call() {
    let _guard = heard();
    #[retry(max_attempts = 4, sleep = record)]
    fn blocking_inner(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call()
    }
    #[retry(max_attempts = 3, service = "shop", sleep = record)]
    fn blocking_outer(flaky: &Flaky) -> Result<u32, Failure> {
        blocking_inner(flaky)
    }
    assert_eq!(blocking_outer(&Flaky::failing(9)).ok(), Some(10));
    assert_eq!(found("blocking_inner"), [("shop/blocking_outer".to_owned(), 3, Some(12))]);
}

#[tokio::test(start_paused = true)]
async fn an_async_function_in_another_is_found() {
    let _guard = heard();
    #[retry(max_attempts = 4, service = "bank")]
    async fn async_inner(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
    #[retry(max_attempts = 3, attempt_timeout = "1h", timeout_error = |_| Failure(0))]
    async fn async_outer(flaky: &Flaky) -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        async_inner(flaky).await
    }
    assert!(async_outer(&Flaky::failing(0)).await.is_ok());
    assert_eq!(found("bank/async_inner"), once("async_outer", 12));
}

#[tokio::test(start_paused = true)]
async fn only_what_runs_inside_of_an_attempt_is_inside_of_it() {
    let _guard = heard();
    #[retry(max_attempts = 4)]
    async fn beside(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
    #[retry(max_attempts = 3, before_retry = |_| async { beside(&Flaky::failing(0)).await.map(drop) })]
    async fn suspended(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call_async().await
    }
    let flaky = Flaky::failing(2);
    let (one, two) = tokio::join!(suspended(&flaky), async {
        for _ in 0..5 {
            tokio::task::yield_now().await;
            beside(&Flaky::failing(0)).await?;
        }
        beside(&Flaky::failing(1)).await
    });
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(found("beside"), []);
}

#[tokio::test(start_paused = true)]
async fn what_an_attempt_spawns_is_a_call_of_its_own() {
    let _guard = heard();
    #[retry]
    async fn spawned() -> Result<u32, Failure> {
        Ok(1)
    }
    #[retry]
    async fn spawning() -> Result<u32, Failure> {
        tokio::spawn(spawned()).await.unwrap()
    }
    assert!(spawning().await.is_ok());
    assert_eq!(found("spawned"), []);
}

#[test]
fn calls_of_closures_are_found_on_both_sides() {
    let _guard = heard();
    #[retry(max_attempts = 2, sleep = record)]
    fn in_a_closure() -> Result<u32, Failure> {
        RetryPolicy::DATABASE.call(|| Ok(1)).operation("innermost closure").run()
    }
    assert!(RetryPolicy::HTTP.call(in_a_closure).operation("outermost closure").run().is_ok());
    assert_eq!(found("in_a_closure"), once("outermost closure", 10));
    assert_eq!(found("innermost closure"), once("in_a_closure", 6));
}

#[tokio::test(start_paused = true)]
async fn async_calls_of_closures_and_loops_are_found() {
    let _guard = heard();
    #[retry]
    async fn in_an_async_closure() -> Result<u32, Failure> {
        let mut attempts = RetryPolicy::DEFAULT.attempts("inner loop");
        attempts.next().await;
        Ok(1)
    }
    let call = RetryPolicy::HTTP.call_async(in_an_async_closure).operation("async closure");
    assert!(call.run().await.is_ok());
    assert_eq!(found("in_an_async_closure"), once("async closure", 15));
    assert_eq!(found("inner loop"), once("in_an_async_closure", 9));
}

#[test]
fn a_single_attempt_is_no_retry() {
    let _guard = heard();
    #[retry(max_attempts = 1)]
    fn single() -> Result<u32, Failure> {
        in_single()
    }
    #[retry]
    fn in_single() -> Result<u32, Failure> {
        Ok(1)
    }
    assert!(single().is_ok());
    assert_eq!(found("in_single"), []);
    #[retry(max_attempts = 2)]
    fn around_single() -> Result<u32, Failure> {
        single()
    }
    assert!(around_single().is_ok());
    assert_eq!(found("single"), []);
    assert_eq!(found("in_single"), once("around_single", 6));
}

#[tokio::test(start_paused = true)]
async fn what_builds_a_future_is_part_of_the_attempt() {
    let _guard = heard();
    #[retry]
    fn in_a_builder() -> Result<u32, Failure> {
        Ok(1)
    }
    #[retry(max_attempts = 2)]
    fn builds() -> impl Future<Output = Result<u32, Failure>> {
        let built = in_a_builder();
        async move { built }
    }
    assert!(builds().await.is_ok());
    assert_eq!(found("in_a_builder"), once("builds", 6));
    #[retry]
    fn in_a_closure_that_builds() -> Result<u32, Failure> {
        Ok(1)
    }
    let call = RetryPolicy::HTTP.call_async(|| {
        let built = in_a_closure_that_builds();
        async move { built }
    });
    assert!(call.operation("closure that builds").run().await.is_ok());
    assert_eq!(found("in_a_closure_that_builds"), once("closure that builds", 15));
}

#[test]
fn a_task_that_runs_while_an_attempt_drives_a_runtime_is_a_stranger() {
    let _guard = heard();
    #[retry]
    async fn stranger() -> Result<u32, Failure> {
        Ok(1)
    }
    #[retry]
    async fn driven() -> Result<u32, Failure> {
        tokio::task::yield_now().await;
        Ok(1)
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let strange = runtime.spawn(stranger());
    let drives = |runtime: &tokio::runtime::Runtime| runtime.block_on(driven());
    let outer = RetryPolicy::HTTP.call(|| drives(&runtime)).operation("drives a runtime");
    assert!(outer.run().is_ok());
    assert!(runtime.block_on(strange).unwrap().is_ok());
    assert_eq!(found("stranger"), []);
    assert_eq!(found("driven"), once("drives a runtime", 15));
}

#[test]
fn policies_that_are_made_at_run_time_are_one_pair() {
    let _guard = heard();
    for max_attempts in 2..20 {
        let policy = RetryPolicy::HTTP.with_max_attempts(max_attempts);
        let inner = || policy.call(|| Ok::<_, Failure>(1)).operation("of any policy").run();
        assert!(policy.call(inner).operation("around any policy").run().is_ok());
    }
    assert_eq!(found("of any policy"), [("around any policy".to_owned(), 18, Some(19 * 19))]);
}

#[test]
fn a_loop_is_found_by_its_full_name() {
    let _guard = heard();
    #[retry(max_attempts = 2)]
    fn around_a_loop() -> Result<u32, Failure> {
        let mut attempts = RetryPolicy::DEFAULT.attempts("looped").service("store");
        attempts.next_blocking();
        attempts.succeeded();
        Ok(1)
    }
    assert!(around_a_loop().is_ok());
    assert_eq!(found("store/looped"), once("around_a_loop", 6));
}

#[test]
fn attempts_without_limit_have_no_number() {
    let _guard = heard();
    #[retry(max_attempts = unlimited, max_elapsed = "1s", sleep = record)]
    fn unlimited() -> Result<u32, Failure> {
        in_unlimited()
    }
    #[retry(sleep = record)]
    fn in_unlimited() -> Result<u32, Failure> {
        Ok(1)
    }
    assert!(unlimited().is_ok());
    assert_eq!(found("in_unlimited"), [("unlimited".to_owned(), 1, None)]);
}

#[test]
fn a_panic_leaves_no_attempt_behind() {
    let _guard = heard();
    #[retry]
    fn panicking() -> Result<u32, Failure> {
        panic!("as it does")
    }
    #[retry]
    fn after_a_panic() -> Result<u32, Failure> {
        Ok(1)
    }
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    assert!(after_a_panic().is_ok());
    assert_eq!(found("after_a_panic"), []);
}

#[retry(max_attempts = 5, service = "files")]
fn read_page() -> Result<u32, Failure> {
    Ok(1)
}

#[retry(max_attempts = 3, service = "files")]
fn read_book() -> Result<u32, Failure> {
    Ok(read_page()? + read_page()?)
}

#[test]
fn a_pair_is_counted_at_each_call_and_logged_once() {
    let (log, _guard) = Log::listen();
    let scrape = scraped(|| {
        assert!(read_book().is_ok());
        assert!(read_book().is_ok());
    });
    let of_pair = r#"{outer="files/read_book",inner="files/read_page"}"#;
    assert_eq!(scrape.all("retry_nested_total"), [(of_pair, 4.0)]);
    let line = log.only();
    assert_eq!(line.level, Level::WARN);
    assert_eq!(
        line.message,
        "files/read_page is retried inside of files/read_book, which is retried too: up to 15 attempts for one call; \
         retry in one place"
    );
    assert_eq!((line.text("outer"), line.text("inner")), ("files/read_book", "files/read_page"));
    assert!((line.number("max_attempts") - 15.0).abs() < f64::EPSILON);
}

#[test]
fn what_was_found_can_be_written_as_json() {
    let _guard = heard();
    #[retry(max_attempts = 2, service = "json")]
    fn written_inner() -> Result<u32, Failure> {
        Ok(1)
    }
    #[retry(max_attempts = 4)]
    fn written_outer() -> Result<u32, Failure> {
        written_inner()
    }
    assert!(written_outer().is_ok());
    let found = nested_retries().into_iter().find(|found| found.outer == "written_outer").unwrap();
    assert_eq!(
        serde_json::to_value(found).unwrap(),
        serde_json::json!({
            "outer": "written_outer",
            "inner": "json/written_inner",
            "calls": 1,
            "max_attempts": 8,
        })
    );
}
