//! Once for each key, and for how long.

use std::{cell::Cell, time::Duration};

use retry_runtime::{RetryPolicy, retry};
use retry_tests::{Flaky, record, recorded_waits};

use super::Error;

#[retry(operation = "charge_once", idempotency_key = order)]
fn charge(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn a_key_that_succeeded_returns_what_it_returned() {
    let (first, second) = (Flaky::failing(0), Flaky::failing(0));
    assert_eq!(charge(1, &first), Ok(1));
    let _ = second.call();
    assert_eq!(charge(1, &second), Ok(1), "the first one's result");
    assert_eq!((first.attempts(), second.attempts()), (1, 1));
    assert_eq!(charge(2, &second), Ok(2), "another key");
}

#[retry(operation = "charge_once_flaky", idempotency_key = order, jitter = none, sleep = record)]
fn charge_flaky(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn it_is_retried_like_any_other_until_it_succeeds() {
    let flaky = Flaky::failing(2);
    assert_eq!(charge_flaky(1, &flaky), Ok(3));
    assert_eq!(recorded_waits().len(), 2);
    assert_eq!(charge_flaky(1, &flaky), Ok(3));
    assert_eq!(flaky.attempts(), 3);
}

#[test]
fn a_call_that_fails_leaves_its_key_to_the_next() {
    let flaky = Flaky::failing(3);
    assert_eq!(charge_flaky(2, &flaky), Err(Error::failed(3)));
    assert_eq!(charge_flaky(2, &flaky), Ok(4));
    assert_eq!(charge_flaky(2, &flaky), Ok(4));
    assert_eq!(flaky.attempts(), 4);
    let _ = recorded_waits();
}

/// The service's name is part of what a key belongs to, as is the operation's.
mod services {
    use super::*;

    #[retry(service = "billing", operation = "send_once", idempotency_key = order)]
    pub(super) fn bill(order: u32, flaky: &Flaky) -> Result<u32, Error> {
        Ok(flaky.call()?)
    }

    #[retry(service = "shipping", operation = "send_once", idempotency_key = order)]
    pub(super) fn ship(order: u32, flaky: &Flaky) -> Result<u32, Error> {
        Ok(flaky.call()?)
    }

    #[retry(operation = "send_once", idempotency_key = order)]
    pub(super) fn send(order: u32, flaky: &Flaky) -> Result<u32, Error> {
        Ok(flaky.call()?)
    }

    #[retry(operation = "send_once_more", idempotency_key = order)]
    pub(super) fn send_more(order: u32, flaky: &Flaky) -> Result<u32, Error> {
        Ok(flaky.call()?)
    }

    /// The same operation as `send`, in another place of the code.
    #[retry(operation = "send_once", idempotency_key = format!("{order}"))]
    pub(super) fn send_again(order: u32, flaky: &Flaky) -> Result<u32, Error> {
        Ok(flaky.call()?)
    }
}

#[test]
fn a_key_is_another_one_in_another_service_or_operation() {
    let flaky = Flaky::failing(0);
    let functions = [services::bill, services::ship, services::send, services::send_more];
    assert_eq!(functions.map(|function| function(7, &flaky)), [Ok(1), Ok(2), Ok(3), Ok(4)]);
    assert_eq!(functions.map(|function| function(7, &flaky)), [Ok(1), Ok(2), Ok(3), Ok(4)]);
    assert_eq!(services::send_again(7, &flaky), Ok(3), "the same operation");
}

const HALF_A_MINUTE: RetryPolicy =
    RetryPolicy::named("half_a_minute").with_idempotency_ttl(Duration::from_secs(30));

#[retry(HALF_A_MINUTE, operation = "charge_for_a_while", idempotency_key = order)]
async fn charge_for_a_while(order: u32, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call_async().await?)
}

#[tokio::test(start_paused = true)]
async fn a_result_counts_for_the_policys_time() {
    let flaky = Flaky::failing(0);
    assert_eq!(charge_for_a_while(1, &flaky).await, Ok(1));
    tokio::time::advance(Duration::from_millis(29_999)).await;
    assert_eq!(charge_for_a_while(1, &flaky).await, Ok(1));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(charge_for_a_while(1, &flaky).await, Ok(2));
}

/// Counts how often it is asked.
struct Order<'a>(&'a Cell<u32>);

impl Order<'_> {
    fn id(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        42
    }
}

#[retry(operation = "charge_order", idempotency_key = order.id(), initial_delay = "0s", max_attempts = 9)]
fn charge_order(order: &Order<'_>, flaky: &Flaky) -> Result<u32, Error> {
    Ok(flaky.call()?)
}

#[test]
fn the_key_is_evaluated_once_a_call() {
    let (asked, flaky) = (Cell::new(0), Flaky::failing(5));
    assert_eq!(charge_order(&Order(&asked), &flaky), Ok(6));
    assert_eq!(asked.get(), 1);
    assert_eq!(charge_order(&Order(&asked), &flaky), Ok(6));
    assert_eq!(asked.get(), 2);
}

/// Neither `Clone` nor `Copy`.
struct Charge {
    id: String,
}

#[retry(operation = "charge_by_value", idempotency_key = charge.id)]
fn charge_by_value(charge: Charge, flaky: &Flaky) -> Result<String, Error> {
    flaky.call()?;
    Ok(charge.id.clone())
}

#[retry(operation = "charge_by_value_async", idempotency_key = charge.id)]
async fn charge_by_value_async(charge: Charge, flaky: &Flaky) -> Result<String, Error> {
    flaky.call_async().await?;
    Ok(charge.id.clone())
}

#[tokio::test]
async fn the_key_is_borrowed_from_the_arguments() {
    let charge = || Charge { id: "c-1".to_owned() };
    assert_eq!(charge_by_value(charge(), &Flaky::failing(0)), Ok("c-1".to_owned()));
    assert_eq!(charge_by_value_async(charge(), &Flaky::failing(0)).await, Ok("c-1".to_owned()));
}
