//! PostgreSQL, by sqlx and by tokio-postgres.

use std::{
    cell::Cell,
    error::Error,
    fs,
    future::pending,
    io,
    sync::{Arc, LazyLock},
    time::Duration,
};

use retry_runtime::{Verdict, is_transient_sql};
use retry_tests::servers::Postgres;
use sqlx::{PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::{select, sync::Mutex, task::yield_now};
use tokio_postgres::{
    Client,
    types::{FromSql, Type},
};

use super::{
    collisions::{Side, collide},
    faults::{ends, passes},
    restarts::{TABLES, survives},
    session::Session,
};

/// For the tests that leave it alone. Each has tables of its own.
static SHARED: LazyLock<Postgres> = LazyLock::new(|| Postgres::start_with(&["deadlock_timeout=10ms"]));

/// Makes each case a test of either client.
macro_rules! with_both_clients {
    ($($case:ident)*) => {
        mod by_sqlx {
            $(#[tokio::test] async fn $case() { super::$case::<super::PgConnection>("sqlx").await; })*
        }
        mod by_tokio_postgres {
            $(#[tokio::test] async fn $case() { super::$case::<super::Client>("tokio_postgres").await; })*
        }
    };
}

with_both_clients! {
    a_connection_that_is_terminated
    a_deadlock
    a_lock_that_is_not_available
    a_serialization_conflict
    too_many_connections
    what_will_not_pass
    a_wrong_password
}

/// A new table with the rows 0 and 1, both 0.
async fn table<S: Session>(case: &str, client: &str) -> String {
    let name = format!("{case}_{client}");
    let sql = format!(
        "CREATE TABLE {name} (id INT PRIMARY KEY, n BIGINT); INSERT INTO {name} VALUES (0, 0), (1, 0)"
    );
    S::open(&SHARED.url()).await.unwrap().run(&sql).await.unwrap();
    name
}

async fn a_deadlock<S: Session>(client: &str) {
    let (url, table) = (SHARED.url(), table::<S>("deadlock", client).await);
    collide(Some("40P01"), async |side: Side<'_>| {
        let mut session = S::open(&url).await?;
        let (from, to) = (side.number, 1 - side.number);
        session.run("BEGIN").await?;
        session.run(&format!("UPDATE {table} SET n = n - 1 WHERE id = {from}")).await?;
        side.meet().await;
        session.run(&format!("UPDATE {table} SET n = n + 10 WHERE id = {to}")).await?;
        session.run("COMMIT").await
    })
    .await;
    // Without the attribute one came through, with it both.
    let mut session = S::open(&url).await.unwrap();
    assert_eq!(session.number(&format!("SELECT sum(n)::bigint FROM {table}")).await.unwrap(), 27);
}

async fn a_serialization_conflict<S: Session>(client: &str) {
    let (url, table) = (SHARED.url(), table::<S>("serialization", client).await);
    collide(Some("40001"), async |side: Side<'_>| {
        let mut session = S::open(&url).await?;
        session.run("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
        // Each writes what the other has read.
        let sum = session.number(&format!("SELECT sum(n)::bigint FROM {table}")).await?;
        side.meet().await;
        session.run(&format!("UPDATE {table} SET n = {sum} + 1 WHERE id = {}", side.number)).await?;
        session.run("COMMIT").await
    })
    .await;
}

async fn a_lock_that_is_not_available<S: Session>(client: &str) {
    let (url, table) = (SHARED.url(), table::<S>("lock", client).await);
    for (setting, wait) in [("SELECT 1", "NOWAIT"), ("SET lock_timeout = '20ms'", "")] {
        let mut other = S::open(&url).await.unwrap();
        other.run(&format!("BEGIN; SELECT n FROM {table} FOR UPDATE")).await.unwrap();
        let other = Mutex::new(other);
        let call = async || {
            let mut session = S::open(&url).await?;
            session.run(setting).await?;
            session.run(&format!("SELECT n FROM {table} FOR UPDATE {wait}")).await
        };
        let lift = async || other.lock().await.run("ROLLBACK").await.unwrap();
        passes((Verdict::TRANSIENT, Some("55P03")), call, lift).await;
    }
}

async fn a_connection_that_is_terminated<S: Session>(client: &str) {
    let url = SHARED.url();
    let terminate = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE state = 'active' AND query LIKE '%hurt {client}' AND pid <> pg_backend_pid()"
    );
    let armed = Cell::new(true);
    let call = async || {
        let mut session = S::open(&url).await?;
        let seconds = if armed.get() { 60 } else { 0 };
        let query = format!("SELECT pg_sleep({seconds}) -- hurt {client}");
        let terminate = async {
            let mut other = S::open(&url).await.unwrap();
            while !armed.get() || other.number(&terminate).await.unwrap() == 0 {
                yield_now().await;
            }
            pending().await
        };
        select! {
            outcome = session.run(&query) => outcome,
            never = terminate => never,
        }
    };
    passes((Verdict::TRANSIENT, Some("57P01")), call, async || armed.set(false)).await;
}

/// Ends the connection of this process, and waits until it has ended.
async fn terminate(pid: i64) {
    let mut other = PgConnection::open(&SHARED.url()).await.unwrap();
    other.run(&format!("SELECT pg_terminate_backend({pid})")).await.unwrap();
    let left = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
    while other.number(&left).await.unwrap() > 0 {
        yield_now().await;
    }
}

const PID: &str = "SELECT pg_backend_pid()::bigint";

/// sqlx reads what it was told when it next asks.
#[tokio::test]
async fn an_idle_connection_of_sqlx_that_is_terminated() {
    let url = SHARED.url();
    let armed = Cell::new(true);
    let call = async || {
        let mut session = PgConnection::open(&url).await?;
        if armed.get() {
            terminate(session.number(PID).await?).await;
        }
        session.run("SELECT 1").await
    };
    passes((Verdict::TRANSIENT, Some("57P01")), call, async || armed.set(false)).await;
}

/// tokio-postgres told nobody but its own task; all that is left to say is that the connection is closed.
#[tokio::test]
async fn an_idle_connection_of_tokio_postgres_that_is_terminated() {
    let url = SHARED.url();
    let armed = Cell::new(true);
    let call = async || {
        let mut session = Client::open(&url).await?;
        if armed.get() {
            terminate(session.number(PID).await?).await;
            while !session.is_closed() {
                yield_now().await;
            }
        }
        session.run("SELECT 1").await
    };
    passes((Verdict::TRANSIENT, None), call, async || armed.set(false)).await;
}

async fn too_many_connections<S: Session>(_: &str) {
    let server = Postgres::start_with(&["max_connections=4", "superuser_reserved_connections=0"]);
    let url = server.url();
    let others = Mutex::new(Vec::new());
    for _ in 0..4 {
        others.lock().await.push(S::open(&url).await.unwrap());
    }
    let call = async || S::open(&url).await?.run("SELECT 1").await;
    passes((Verdict::THROTTLED, Some("53300")), call, async || others.lock().await.clear()).await;
}

async fn what_will_not_pass<S: Session>(client: &str) {
    let (url, table) = (SHARED.url(), table::<S>("permanent", client).await);
    for (state, sql) in [
        ("23505", format!("INSERT INTO {table} VALUES (0, 0)")),
        ("23502", format!("INSERT INTO {table} VALUES (NULL, 0)")),
        ("42601", "SELEKT 1".into()),
        ("42P01", "SELECT 1 FROM nowhere".into()),
        ("22012", "SELECT 1 / 0".into()),
        ("57014", "SET statement_timeout = '10ms'; SELECT pg_sleep(60)".into()),
    ] {
        ends(Some(state), async || S::open(&url).await?.run(&sql).await).await;
    }
    let nobody = url.replace("postgres@", "nobody@");
    ends(Some("28000"), async || S::open(&nobody).await.map(drop)).await;
    let nowhere = format!("{}/nowhere", url.strip_suffix("/postgres").unwrap());
    ends(Some("3D000"), async || S::open(&nowhere).await.map(drop)).await;
}

async fn a_wrong_password<S: Session>(_: &str) {
    let server = Postgres::start();
    let mut session = S::open(&server.url()).await.unwrap();
    session.run("CREATE ROLE keeper LOGIN PASSWORD 'right'").await.unwrap();
    let rules = server.directory().join("data/pg_hba.conf");
    fs::write(rules, "host all keeper 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n")
        .unwrap();
    server.restart();

    let url = |password: &str| server.url().replace("postgres@", &format!("keeper:{password}@"));
    S::open(&url("right")).await.expect("the password is asked for");
    ends(Some("28P01"), async || S::open(&url("wrong")).await.map(drop)).await;
}

/// A value whose bytes end too early, by the word of the `io::Error` that reading them gave.
struct CutShort;

impl FromSql<'_> for CutShort {
    fn from_sql(_: &Type, _: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The same `io::Error` would be transient if it came from the connection.
#[tokio::test]
async fn a_value_that_tokio_postgres_cannot_read() {
    let client = Client::open(&SHARED.url()).await.unwrap();
    ends(None, async || client.query_one("SELECT 1", &[]).await?.try_get::<_, CutShort>(0).map(drop)).await;
}

/// A pool that gives up early: by itself it waits half a minute for a server that is not there.
fn pool(url: &str, connections: u32, patience: Duration) -> PgPool {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(patience).connect_lazy(url).unwrap()
}

#[tokio::test]
async fn a_pool_that_has_no_connection_left() {
    // Enough for a busy machine to connect.
    let pool = pool(&SHARED.url(), 1, Duration::from_secs(1));
    let taken = Mutex::new(Some(pool.acquire().await.unwrap()));
    let call = async || pool.acquire().await.map(drop);
    passes((Verdict::TRANSIENT, None), call, async || drop(taken.lock().await.take())).await;
}

#[tokio::test]
async fn a_pool_that_was_closed() {
    let pool = pool(&SHARED.url(), 1, Duration::from_secs(1));
    pool.close().await;
    ends(None, async || pool.acquire().await.map(drop)).await;
}

#[tokio::test]
async fn a_restart_survived_by_a_pool_of_sqlx() {
    let server = Arc::new(Postgres::start());
    PgConnection::open(&server.url()).await.unwrap().run(TABLES).await.unwrap();
    let pool = pool(&server.url(), 4, Duration::from_millis(100));
    survives::<PgConnection, _>(&server, async |row| {
        let mut transaction = pool.begin().await?;
        let stored = sqlx::query("INSERT INTO work VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(row)
            .execute(&mut *transaction)
            .await?;
        let stored = i64::try_from(stored.rows_affected()).unwrap();
        sqlx::query("UPDATE total SET n = n + $1").bind(stored).execute(&mut *transaction).await?;
        transaction.commit().await
    })
    .await;
}

#[tokio::test]
async fn a_restart_survived_by_tokio_postgres() {
    let server = Arc::new(Postgres::start());
    let url = server.url();
    Client::open(&url).await.unwrap().run(TABLES).await.unwrap();
    survives::<Client, _>(&server, async |row| {
        let mut client = Client::open(&url).await?;
        let transaction = client.transaction().await?;
        let stored =
            transaction.execute("INSERT INTO work VALUES ($1) ON CONFLICT DO NOTHING", &[&row]).await?;
        let stored = i64::try_from(stored).unwrap();
        transaction.execute("UPDATE total SET n = n + $1", &[&stored]).await?;
        transaction.commit().await
    })
    .await;
}

#[tokio::test]
async fn a_unix_socket_that_is_not_there_yet() {
    let error =
        tokio_postgres::connect("host=/nowhere user=postgres", tokio_postgres::NoTls).await.err().unwrap();
    assert_eq!(is_transient_sql(&error), Verdict::TRANSIENT, "{error:?}");
    let error = sqlx::PgPool::connect_lazy("postgres://postgres@localhost/?host=/nowhere").unwrap().acquire();
    let error = error.await.unwrap_err();
    assert_eq!(is_transient_sql(&error), Verdict::TRANSIENT, "{error:?}");
}
