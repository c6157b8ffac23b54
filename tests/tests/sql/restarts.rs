//! A server is killed and started again while calls are made.

use std::{cell::Cell, error::Error, ops::Deref, sync::Arc, time::Duration};

use futures_util::future::join_all;
use retry_runtime::{is_transient_sql, retry};
use retry_tests::servers::Server;
use tokio::{join, sync::Notify, task::spawn_blocking};

use super::session::Session;

/// How many calls are in flight at once.
const WORKERS: usize = 4;
/// How many calls each worker makes before the server is killed, and how many after it is back.
const CALLS: usize = 10;

/// Each call stores a row and counts it, in one transaction, unless the row is there: a call that is lost or
/// carried out twice shows in the numbers.
pub(crate) const TABLES: &str = "CREATE TABLE work (id BIGINT PRIMARY KEY);
     CREATE TABLE total (n BIGINT NOT NULL);
     INSERT INTO total (n) VALUES (0)";

/// Some of `call`'s calls, which are told their row, fail while `server` is killed and started again. Annotated,
/// all succeed, and each was carried out exactly once.
pub(crate) async fn survives<Q: Session, E: Error + 'static>(
    server: &Arc<impl Deref<Target = Server> + Send + Sync + 'static>,
    call: impl AsyncFn(i64) -> Result<(), E>,
) {
    let row = Cell::new(0);
    let next = || row.replace(row.get() + 1);
    let failures = Cell::new(0);
    let call = async |row| {
        let outcome = call(row).await;
        failures.set(failures.get() + usize::from(outcome.is_err()));
        outcome
    };

    let outcomes = calls_during_a_restart(server, &failures, async || call(next()).await).await;
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    assert!(failed > 0, "without the attribute some of {} calls fail", outcomes.len());

    let mut session = Q::open(&server.url()).await.expect("the server is back");
    session.run("DELETE FROM work; UPDATE total SET n = 0").await.unwrap();
    failures.set(0);
    let outcomes = calls_during_a_restart(server, &failures, async || retried(&call, next()).await).await;
    for outcome in &outcomes {
        assert!(outcome.is_ok(), "{outcome:?}");
    }
    assert!(failures.get() > 0, "no attempt met the restart");

    let calls = i64::try_from(outcomes.len()).unwrap();
    let mut session = Q::open(&server.url()).await.unwrap();
    assert_eq!(session.number("SELECT count(*) FROM work").await.unwrap(), calls, "none is lost");
    assert_eq!(session.number("SELECT n FROM total").await.unwrap(), calls, "none is done twice");
}

#[retry(database, max_attempts = 5_000, initial_delay = "10ms", max_delay = "50ms", filter = is_transient_sql)]
async fn retried<E: Error + 'static>(call: &impl AsyncFn(i64) -> Result<(), E>, row: i64) -> Result<(), E> {
    call(row).await
}

/// What becomes of calls that are made all the time: before the server is killed, while it is down, and after.
/// It stays down until an attempt has failed.
async fn calls_during_a_restart<E>(
    server: &Arc<impl Deref<Target = Server> + Send + Sync + 'static>,
    failures: &Cell<usize>,
    call: impl AsyncFn() -> Result<(), E>,
) -> Vec<Result<(), E>> {
    let (under_way, back) = (Notify::new(), Cell::new(false));
    let restart = async {
        under_way.notified().await;
        let killed = Arc::clone(server);
        spawn_blocking(move || killed.kill()).await.unwrap();
        while failures.get() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let started = Arc::clone(server);
        let start = move || {
            started.start_again();
            started.wait_until_ready();
        };
        spawn_blocking(start).await.expect("the server starts");
        back.set(true);
    };
    let worker = async || {
        let mut outcomes = Vec::new();
        let mut after = 0;
        while after < CALLS {
            // Asked before the call: those that are counted as made after the restart are.
            after += usize::from(back.get());
            let outcome = call().await;
            if outcome.is_err() {
                // Without the attribute nothing else keeps it from asking in vain a thousand times.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            outcomes.push(outcome);
            if outcomes.len() == CALLS {
                under_way.notify_one();
            }
        }
        outcomes
    };
    let (outcomes, ()) = join!(join_all((0..WORKERS).map(|_| worker())), restart);
    outcomes.into_iter().flatten().collect()
}
