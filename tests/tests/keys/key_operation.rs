//! `operation`: the operation's name in events, logs and metrics.

use retry_runtime::retry;
use retry_tests::{Failure, Flaky};

use crate::logged::logged;

#[retry(initial_delay = "0s", operation = "create invoice", on_retry = |event| seen.push(event.operation))]
fn named(flaky: &Flaky, seen: &mut Vec<&'static str>) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn hooks_are_told() {
    let mut seen = vec![];
    assert_eq!(named(&Flaky::failing(1), &mut seen), Ok(2));
    assert_eq!(seen, ["create invoice"]);
}

#[test]
fn every_line_of_the_log_names_it() {
    for failures in [1, 9] {
        let log = logged(|| named(&Flaky::failing(failures), &mut vec![]));
        assert!(log.lines().count() > 1, "{log}");
        assert!(log.lines().all(|line| line.contains("operation=\"create invoice\"")), "{log}");
    }
}

#[test]
fn the_sentences_in_the_log_name_it_too() {
    let log = logged(|| named(&Flaky::failing(9), &mut vec![]));
    assert!(log.contains("attempt 1/3 of create invoice failed"), "{log}");
    assert!(log.contains("create invoice gave up after attempt 3/3"), "{log}");
}

#[retry(initial_delay = "0s", on_success = |event| *seen = event.operation)]
async fn unnamed(flaky: &Flaky, seen: &mut &'static str) -> Result<u32, Failure> {
    flaky.call_async().await
}

#[retry(initial_delay = "0s", on_success = |event| *seen = event.operation)]
fn r#match(seen: &mut &'static str) -> Result<(), Failure> {
    Ok(())
}

struct Client;

impl Client {
    #[retry(initial_delay = "0s", on_success = |event| *seen = event.operation)]
    fn method(&self, seen: &mut &'static str) -> Result<(), Failure> {
        Ok(())
    }
}

#[tokio::test]
async fn unless_set_it_is_the_functions_name() {
    let mut seen = "";
    assert_eq!(unnamed(&Flaky::failing(0), &mut seen).await, Ok(1));
    assert_eq!(seen, "unnamed");
    assert_eq!(r#match(&mut seen), Ok(()));
    assert_eq!(seen, "match");
    assert_eq!(Client.method(&mut seen), Ok(()));
    assert_eq!(seen, "method");
}
