//! `operation`: the operation's name in events, logs and metrics. The log has tests of its own.

use retry_runtime::{RetryPolicy, retry};
use retry_tests::{Failure, Flaky, recorded_waits};

#[retry(
    initial_delay = "0s",
    operation = "create invoice",
    on_retry = |event| seen.push(event.operation),
    on_success = |event| seen.push(event.operation),
    on_give_up = |event| seen.push(event.operation),
)]
fn named(flaky: &Flaky, seen: &mut Vec<&'static str>) -> Result<u32, Failure> {
    flaky.call()
}

#[test]
fn each_event_names_it() {
    let mut seen = vec![];
    assert_eq!(named(&Flaky::failing(1), &mut seen), Ok(2));
    assert_eq!(seen, ["create invoice"; 2]);
    seen.clear();
    assert_eq!(named(&Flaky::failing(9), &mut seen), Err(Failure(3)));
    assert_eq!(seen, ["create invoice"; 3]);
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

macro_rules! annotated {
    ($name:ident, $policy:path, $operation:expr, $service:literal, $sleep:path, $filter:expr) => {
        #[retry(
                                            policy = $policy,
                                            operation = $operation,
                                            service = $service,
                                            sleep = $sleep,
                                            filter = $filter,
                                            on_retry = |event| *seen = (event.operation, event.service),
                                        )]
        fn $name(flaky: &Flaky, seen: &mut (&'static str, Option<&'static str>)) -> Result<u32, Failure> {
            flaky.call()
        }
    };
}

annotated!(from_a_macro, RetryPolicy::HTTP, "ship", "shipping", retry_tests::record, |error| error.0 < 2);

#[test]
fn values_may_come_from_a_macro() {
    let mut seen = ("", None);
    assert_eq!(from_a_macro(&Flaky::failing(9), &mut seen), Err(Failure(2)));
    assert_eq!(seen, ("ship", Some("shipping")));
    assert_eq!(recorded_waits().len(), 1);
}

struct Named<T>(T);

impl<T> Named<T> {
    const NAME: &'static str = "named by its type";

    #[retry(initial_delay = "0s", operation = Self::NAME, on_success = |event| *seen = event.operation)]
    fn call(&self, seen: &mut &'static str) -> Result<(), Failure> {
        Ok(())
    }

    #[retry(initial_delay = "0s", service = Self::NAME, on_success = |event| *seen = event.service.unwrap_or(""))]
    fn serve(&self, seen: &mut &'static str) -> Result<(), Failure> {
        Ok(())
    }
}

#[test]
fn a_constant_of_the_type_names_it() {
    let (mut operation, mut service) = ("", "");
    assert_eq!(Named(1).call(&mut operation), Ok(()));
    assert_eq!(Named(1).serve(&mut service), Ok(()));
    assert_eq!([operation, service], ["named by its type"; 2]);
}
