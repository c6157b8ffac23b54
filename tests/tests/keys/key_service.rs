//! `service`: the service's name in events, logs and metrics. The log has tests of its own.

use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

#[retry(
    initial_delay = "0s",
    service = "billing",
    on_retry = |event| seen.push(event.service),
    on_success = |event| seen.push(event.service),
    on_give_up = |event| seen.push(event.service),
)]
fn named(flaky: &Flaky, seen: &mut Vec<Option<&'static str>>) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", on_retry = |event| seen.push(event.service))]
async fn unnamed(flaky: &Flaky, seen: &mut Vec<Option<&'static str>>) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[test]
fn each_event_names_it() {
    let mut seen = vec![];
    assert_eq!(named(&Flaky::failing(1), &mut seen), Ok(2));
    assert_eq!(seen, [Some("billing"); 2]);
    seen.clear();
    assert_eq!(named(&Flaky::failing(9), &mut seen), Err(Failure(3)));
    assert_eq!(seen, [Some("billing"); 3]);
}

#[tokio::test]
async fn unless_set_there_is_none() {
    let mut seen = vec![];
    assert_eq!(unnamed(&Flaky::failing(1), &mut seen).await, Ok(2));
    assert_eq!(seen, [None]);
}

const SERVICE: &str = "shipping";

#[retry(
    initial_delay = "0s",
    service = SERVICE,
    operation = concat!("ship", "_it"),
    on_success = |event| *seen = (event.service, event.operation),
)]
fn by_constant(seen: &mut (Option<&'static str>, &'static str)) -> Result<(), Failure> {
    Ok(())
}

#[test]
fn it_may_be_a_constant() {
    let mut seen = (None, "");
    assert_eq!(by_constant(&mut seen), Ok(()));
    assert_eq!(seen, (Some("shipping"), "ship_it"));
}
