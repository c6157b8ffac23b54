//! Blocking retries on a runtime's thread.

use super::*;

/// The functions that were warned about, in order.
fn warned(log: &Log) -> Vec<String> {
    let lines = log.lines().into_iter();
    lines
        .filter(|line| line.message.contains("spawn_blocking"))
        .inspect(|line| assert_eq!(line.level, Level::WARN))
        .map(|line| line.text("operation").to_owned())
        .collect()
}

/// Waits that are waits, and no more.
const QUICK: RetryPolicy = RetryPolicy::DEFAULT.with_initial_delay(Duration::from_nanos(1));

macro_rules! blocking {
    ($($name:ident)+) => {$(
        #[retry(policy = QUICK)]
        fn $name() -> Result<(), Failure> {
            Err(Failure(0))
        }
    )+};
}

blocking!(first second elsewhere on_a_blocking_thread in_place on_a_worker);

#[tokio::test]
async fn each_function_is_warned_about_once_even_if_a_macro_wrote_several() {
    let (log, _guard) = Log::listen();
    for _ in 0..3 {
        let _ = (first(), second());
    }
    assert_eq!(warned(&log), ["first", "second"]);
}

#[tokio::test]
async fn each_ad_hoc_call_is_warned_about_once() {
    let (log, _guard) = Log::listen();
    for _ in 0..3 {
        let _ = QUICK.call(|| Err::<(), _>(1)).operation("called").run();
        let mut attempts = QUICK.attempts("looped");
        attempts.next_blocking();
        let _ = attempts.failed(1);
        attempts.next_blocking();
    }
    assert_eq!(warned(&log), ["called", "looped"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_task_on_a_worker_thread_is_warned() {
    let log = Log::default();
    let task = async { on_a_worker() }.with_subscriber(log.subscriber());
    assert!(tokio::spawn(task).await.expect("no panic").is_err());
    assert_eq!(warned(&log), ["on_a_worker"]);
}

#[test]
fn off_a_runtime_nothing_is_blocked() {
    let (log, _guard) = Log::listen();
    let _ = elsewhere();
    assert_eq!(warned(&log), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn where_blocking_is_right_nobody_is_warned() {
    let log = Log::default();
    let subscriber = log.subscriber();
    let blocking = || tracing::subscriber::with_default(subscriber, on_a_blocking_thread);
    assert!(tokio::task::spawn_blocking(blocking).await.expect("no panic").is_err());
    let _guard = tracing::subscriber::set_default(log.subscriber());
    assert!(tokio::task::block_in_place(in_place).is_err());
    assert_eq!(log.lines().len(), 6);
    assert_eq!(warned(&log), [""; 0]);
}

#[tokio::test]
async fn what_never_sleeps_blocks_nothing() {
    #[retry(initial_delay = "0s")]
    fn at_once() -> Result<(), Failure> {
        Err(Failure(0))
    }
    #[retry(filter = |_| false)]
    fn permanent() -> Result<(), Failure> {
        Err(Failure(0))
    }
    let (log, _guard) = Log::listen();
    let _ = (at_once(), permanent());
    assert_eq!(warned(&log), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn async_retries_block_nothing() {
    let (log, _guard) = Log::listen();
    let _ = annotated_async(&Flaky::failing(1)).await;
    assert_eq!(warned(&log), [""; 0]);
}

#[tokio::test]
async fn looking_for_a_worker_leaves_the_tasks_budget_as_it_was() {
    let _ = QUICK.call(|| Err::<(), _>(1)).operation("budget").run();
    assert!(tokio::task::coop::has_budget_remaining());
}

#[retry(sleep = record)]
fn with_a_sleeper_of_its_own() -> Result<(), Failure> {
    Err(Failure(0))
}

#[tokio::test]
async fn a_sleeper_of_ones_own_is_not_warned_about() {
    let (log, _guard) = Log::listen();
    let _ = with_a_sleeper_of_its_own();
    assert_eq!(warned(&log), [""; 0]);
}
