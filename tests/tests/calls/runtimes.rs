use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

fn panic_of(act: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("a panic");
    *payload.downcast::<String>().expect("a formatted text")
}

const ANNOTATED: u32 = line!() + 1;
#[retry]
async fn annotated() -> Result<(), Failure> {
    Err(Failure(0))
}

#[test]
fn an_annotated_function_outside_tokio_panics_and_names_its_place() {
    let message = panic_of(|| futures_executor::block_on(annotated()).unwrap());
    assert!(message.contains("no tokio runtime") && message.contains("sleep = path"), "{message}");
    assert!(message.contains(&format!("`annotated` at {}:{ANNOTATED}:", file!())), "{message}");
}

#[test]
fn an_ad_hoc_call_outside_tokio_panics_and_names_its_place() {
    let line = line!() + 1;
    let call = STEADY.call_async(async || Err::<(), _>("no")).operation("fetch").run();
    let message = panic_of(|| futures_executor::block_on(call).unwrap());
    assert!(message.contains("no tokio runtime") && message.contains(".sleep(path)"), "{message}");
    assert!(message.contains("sleep = path"), "{message}");
    assert!(message.contains("`fetch`") && message.contains(&format!("runtimes.rs:{line}:")), "{message}");
}

#[test]
fn a_loop_outside_tokio_panics_and_names_its_place() {
    let line = line!() + 1;
    let mut attempts = STEADY.attempts("looped");
    assert!(attempts.failed("no").is_ok());
    let message = panic_of(|| {
        futures_executor::block_on(attempts.next());
    });
    assert!(message.contains("`looped`") && message.contains(&format!("runtimes.rs:{line}:")), "{message}");
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
