//! `service`: the service's name in events, logs and metrics.

use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

use crate::logged::logged;

#[retry(initial_delay = "0s", service = "billing", on_retry = |event| seen.push(event.service), on_success = |event| seen.push(event.service))]
fn named(flaky: &Flaky, seen: &mut Vec<Option<&'static str>>) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(initial_delay = "0s", on_retry = |event| seen.push(event.service))]
async fn unnamed(flaky: &Flaky, seen: &mut Vec<Option<&'static str>>) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[tokio::test]
async fn hooks_are_told() {
    let mut seen = vec![];
    assert_eq!(named(&Flaky::failing(1), &mut seen), Ok(2));
    assert_eq!(seen, [Some("billing"), Some("billing")]);
    seen.clear();
    assert_eq!(unnamed(&Flaky::failing(1), &mut seen).await, Ok(2));
    assert_eq!(seen, [None]);
}

#[test]
fn every_line_of_the_log_names_it() {
    for failures in [1, 9] {
        let log = logged(|| named(&Flaky::failing(failures), &mut vec![]));
        assert!(log.lines().count() > 1, "{log}");
        assert!(log.lines().all(|line| line.contains("service=\"billing\"")), "{log}");
    }
}

#[retry(initial_delay = "0s")]
fn without(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn without_it_the_log_has_no_such_field() {
    let log = logged(|| without(&Flaky::failing(9)));
    assert!(log.contains("operation=") && !log.contains("service="), "{log}");
}
