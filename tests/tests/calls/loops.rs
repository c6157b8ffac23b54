use super::*;

async fn work(attempt: Context<'_>, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
    tokio::task::yield_now().await;
    work_blocking(attempt, seen)
}

fn work_blocking(attempt: Context<'_>, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
    seen.push(attempt.attempt());
    if seen.len() < 4 { Err(Failure(attempt.attempt())) } else { Ok("done") }
}

async fn process(policy: RetryPolicy, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
    let mut attempts = policy.attempts("data_processing");
    loop {
        let attempt = attempts.next().await;
        match work(attempt, seen).await {
            Err(e) => attempts.failed(e)?,
            done => return done,
        }
    }
}

fn process_blocking(policy: RetryPolicy, seen: &mut Vec<u32>) -> Result<&'static str, Failure> {
    let mut attempts = policy.attempts("data_processing").sleep(record);
    loop {
        let attempt = attempts.next_blocking();
        match work_blocking(attempt, seen) {
            Err(e) => attempts.failed(e)?,
            done => return done,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_is_repeated_until_it_succeeds() {
    let (start, mut seen) = (tokio::time::Instant::now(), Vec::new());
    assert_eq!(process(STEADY, &mut seen).await, Ok("done"));
    assert_eq!(seen, [1, 2, 3, 4]);
    assert_eq!(start.elapsed(), SECOND * 7);
}

#[test]
fn a_blocking_block_is_repeated_until_it_succeeds() {
    let mut seen = Vec::new();
    assert_eq!(process_blocking(STEADY, &mut seen), Ok("done"));
    assert_eq!(seen, [1, 2, 3, 4]);
    assert_eq!(recorded_waits(), seconds([1, 2, 4]));
}

#[tokio::test(start_paused = true)]
async fn the_error_comes_back_when_it_is_over() {
    let policy = STEADY.with_max_attempts(2);
    assert_eq!(process(policy, &mut Vec::new()).await, Err(Failure(2)));
    assert_eq!(process_blocking(policy, &mut Vec::new()), Err(Failure(2)));
}

#[test]
fn a_verdict_decides_whether_and_when() {
    let mut attempts = STEADY.attempts("judged").sleep(record);
    attempts.next_blocking();
    assert_eq!(attempts.failed_with(ApiError::Busy(9).classify(), "busy"), Ok(()));
    attempts.next_blocking();
    assert_eq!(attempts.failed_with(true, "transient"), Ok(()));
    attempts.next_blocking();
    assert_eq!(attempts.failed_with(false, "permanent"), Err("permanent"));
    assert_eq!(attempts.stop_reason(), Some(StopReason::Permanent));
    assert_eq!(recorded_waits(), seconds([9, 2]));
}

#[test]
fn a_value_turned_down_comes_back_when_it_is_over() {
    let mut attempts = STEADY.with_max_attempts(2).attempts("poll").sleep(record);
    attempts.next_blocking();
    assert_eq!(attempts.turned_down(Rc::new(1)), Ok(()));
    attempts.next_blocking();
    assert_eq!(attempts.turned_down(Rc::new(2)), Err(Rc::new(2)));
}

#[test]
fn the_reason_is_known_once_it_is_over() {
    let mut attempts = STEADY.with_max_attempts(2).attempts("reason").sleep(record);
    assert_eq!(attempts.stop_reason(), None);
    attempts.next_blocking();
    assert!(attempts.failed("one").is_ok());
    assert_eq!(attempts.stop_reason(), None);
    attempts.next_blocking();
    assert!(attempts.failed("two").is_err());
    assert_eq!(attempts.stop_reason(), Some(StopReason::AttemptsExhausted));
}

#[test]
fn wrap_says_how_often_how_long_and_why() {
    let mut attempts = STEADY.with_max_elapsed(SECOND * 4).attempts("wrapped").clock(clock).sleep(pass);
    let wrapped = loop {
        attempts.next_blocking();
        PASSED.set(PASSED.get() + SECOND);
        if let Err(error) = attempts.failed("slow") {
            break attempts.wrap(error);
        }
    };
    assert_eq!((wrapped.attempts(), wrapped.elapsed()), (2, SECOND * 3));
    assert_eq!(wrapped.reason(), StopReason::Elapsed);
}

#[test]
fn an_attempt_knows_its_place() {
    let mut attempts = STEADY.with_max_attempts(2).attempts("place").service("stock").sleep(record);
    let first = attempts.next_blocking();
    assert_eq!((first.operation(), first.attempt(), first.attempts_left()), ("place", 1, Some(1)));
    assert!(first.previous_delay().is_none() && !first.is_last());
    assert!(attempts.failed("no").is_ok());
    let second = attempts.next_blocking();
    assert_eq!((second.attempt(), second.previous_delay()), (2, Some(SECOND)));
    assert!(second.is_last());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_was_dropped_goes_on_where_it_was() {
    let mut attempts = STEADY.attempts("cancelled");
    attempts.next().await;
    assert!(attempts.failed("no").is_ok());
    assert!(tokio::time::timeout(SECOND / 2, attempts.next()).await.is_err());
    let start = tokio::time::Instant::now();
    assert_eq!(attempts.next().await.attempt(), 2);
    assert_eq!(start.elapsed(), SECOND / 2);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_again_and_again_ends_all_the_same() {
    let mut attempts = STEADY.attempts("starved");
    attempts.next().await;
    assert!(attempts.failed("no").is_ok());
    let start = tokio::time::Instant::now();
    let attempt = loop {
        if let Ok(attempt) = tokio::time::timeout(SECOND / 20, attempts.next()).await {
            break attempt;
        }
    };
    assert_eq!((attempt.attempt(), start.elapsed()), (2, SECOND));
}

#[test]
fn what_is_over_stays_over() {
    let mut attempts = STEADY.attempts("latched").sleep(record);
    attempts.next_blocking();
    assert_eq!(attempts.failed_with(false, "gone"), Err("gone"));
    assert_eq!(attempts.failed("busy"), Err("busy"));
    assert_eq!(attempts.stop_reason(), Some(StopReason::Permanent));
}

#[tokio::test]
async fn failures_that_never_suspend_leave_others_their_turn() {
    let call = async {
        let mut attempts = RetryPolicy::DEFAULT
            .with_initial_delay(Duration::ZERO)
            .with_max_elapsed(Duration::from_secs(3600))
            .with_unlimited_attempts()
            .attempts("busy");
        loop {
            attempts.next().await;
            attempts.failed("no")?;
        }
    };
    let call: Result<(), &str> = tokio::select! {
        biased;
        outcome = call => outcome,
        () = async { tokio::task::yield_now().await } => Ok(()),
    };
    assert_eq!(call, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_given_up_counts_as_failed() {
    let (start, mut attempts) = (tokio::time::Instant::now(), STEADY.attempts("given_up"));
    attempts.next().await;
    assert_eq!(attempts.next().await.attempt(), 2);
    assert_eq!(start.elapsed(), SECOND);
}

#[test]
#[should_panic(expected = "no attempt is left: end the loop where `failed`")]
fn a_loop_that_never_tells_an_outcome_ends() {
    let mut attempts = STEADY.attempts("poll").sleep(record);
    loop {
        attempts.next_blocking();
    }
}

#[test]
#[should_panic(expected = "no attempt is left")]
fn no_attempt_follows_the_last() {
    let mut attempts = STEADY.with_max_attempts(1).attempts("poll");
    attempts.next_blocking();
    attempts.failed(Failure(1)).unwrap_err();
    attempts.next_blocking();
}
