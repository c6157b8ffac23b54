//! What the log is told, and that no key is in it.

use std::{pin::pin, time::Duration};

use retry_runtime::{ConflictReason, IdempotencyConflict, retry};
use retry_tests::Flaky;
use tracing::Level;

#[path = "../../logging/capture.rs"]
#[expect(dead_code, reason = "what only the tests of the log look at")]
mod capture;

use self::capture::Log;
use super::{Error, begin};

/// Nobody is to read it anywhere but in the body.
const SECRET: &str = "card-4111-1111";

#[retry(operation = "tell", service = "billing", idempotency_key = card, initial_delay = "0s", max_retry_after = "1s")]
async fn tell(card: &str, flaky: &Flaky, time: Duration) -> Result<u32, Error> {
    tokio::time::sleep(time).await;
    Ok(flaky.call()?)
}

#[retry(operation = "tell", service = "billing", idempotency_key = card)]
async fn tell_in_words(card: &str) -> Result<(String, Vec<String>), Error> {
    Ok((card.to_owned(), vec![card.to_owned()]))
}

#[retry(operation = "tell", service = "billing", idempotency_key = card)]
async fn tell_much(card: &str) -> Result<String, Error> {
    Ok(card.repeat(1 << 20))
}

#[tokio::test(start_paused = true)]
async fn the_log_says_why_a_call_does_not_run_and_never_for_which_key() {
    let (log, _guard) = Log::listen();
    let now = Duration::ZERO;
    assert_eq!(tell(SECRET, &Flaky::failing(0), now).await, Ok(1));
    assert_eq!(log.messages(), [""; 0], "a call that runs as if it had no key says nothing");
    assert_eq!(tell(SECRET, &Flaky::failing(0), now).await, Ok(1));
    let line = log.only();
    assert_eq!(line.level, Level::DEBUG);
    assert_eq!(line.message, "tell did not run: an earlier call with the same idempotency key did");
    assert_eq!(line.text("operation"), "tell");
    {
        let flaky = Flaky::failing(0);
        let running = format!("{SECRET} running");
        let mut owner = pin!(tell(&running, &flaky, Duration::from_secs(60)));
        begin(owner.as_mut());
        assert_eq!(
            tell(&running, &Flaky::failing(0), now).await,
            Err(Error::Conflict(ConflictReason::Running))
        );
    }
    assert!(tell_in_words(SECRET).await.is_ok());
    assert_eq!(tell(SECRET, &Flaky::failing(2), now).await, Ok(3));
    let much = format!("{SECRET} much");
    assert!(tell_much(&much).await.is_ok());
    assert_eq!(
        tell_much(&much).await.map(|result| result.len()),
        Err(Error::Conflict(ConflictReason::ResultNotKept))
    );
    let all = format!("{:#?}", log.lines());
    assert!(!all.contains("4111"), "{all}");
    let warnings: Vec<_> =
        log.lines().into_iter().filter(|line| line.level == Level::WARN).map(|line| line.message).collect();
    for (words, times) in [
        ("runs again: the result kept of an earlier call cannot be read", 2),
        ("succeeded, but its result is not kept", 1),
    ] {
        assert_eq!(
            warnings.iter().filter(|line| line.contains(words)).count(),
            times,
            "{words}: {warnings:#?}"
        );
    }
}

#[test]
fn an_error_shows_no_key() {
    let conflict = std::cell::Cell::new(None::<IdempotencyConflict>);
    let outcome = refused(SECRET, &conflict);
    assert!(outcome.is_ok());
    assert_eq!(refused(SECRET, &conflict), Err("not given".to_owned()));
    let conflict = conflict.get().expect("the second call was told");
    assert_eq!((conflict.operation(), conflict.reason()), ("refuse", ConflictReason::ResultNotKept));
    assert_eq!(
        conflict.to_string(),
        "`refuse` did not run: an earlier call with the same idempotency key succeeded, but its result was not kept: look \
         up what it did, or raise the limit on results"
    );
    assert!(!format!("{conflict:?} {conflict:#?} {conflict}").contains("4111"));
}

#[retry(operation = "refuse", idempotency_key = card, conflict_error = |conflict| {
    kept.set(Some(conflict));
    "not given".to_owned()
})]
fn refused(card: &str, kept: &std::cell::Cell<Option<IdempotencyConflict>>) -> Result<String, String> {
    Ok(card.repeat(1 << 20))
}
