//! A stalled attempt is dropped before anything else happens.

use std::{cell::RefCell, future::pending, time::Duration};

use retry_runtime::retry;
use tokio::time::sleep;

use crate::error::Error;

thread_local!(static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });

fn log(what: &'static str) {
    LOG.with_borrow_mut(|log| log.push(what));
}

struct Noted;

impl Clone for Noted {
    fn clone(&self) -> Self {
        log("cloned");
        Self
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        log("dropped");
    }
}

struct InAttempt;

impl Drop for InAttempt {
    fn drop(&mut self) {
        log("attempt dropped");
    }
}

async fn noted_sleep(delay: Duration) {
    log("sleep");
    sleep(delay).await;
}

#[retry(
    attempt_timeout = "5s",
    max_attempts = 2,
    clone(noted),
    sleep = noted_sleep,
    timeout_error = |elapsed| {
        log("error made");
        elapsed.into()
    },
    on_retry = |_| log("told"),
)]
async fn observed(noted: Noted) -> Result<(), Error> {
    let _noted = noted;
    let _attempt = InAttempt;
    log("begins");
    pending::<()>().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_attempt_is_gone_before_anything_else_happens() {
    assert!(observed(Noted).await.is_err());
    let attempt = ["cloned", "begins", "sleep", "attempt dropped", "dropped", "error made"];
    let expected = [&attempt[..], &["told", "sleep"], &attempt, &["dropped"]].concat();
    assert_eq!(LOG.take(), expected);
}
