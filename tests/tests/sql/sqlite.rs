//! SQLite, by sqlx.

use std::{fs, path::PathBuf, time::Duration};

use retry_runtime::Verdict;
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tokio::sync::Mutex;

use super::{
    collisions::{Side, collide},
    faults::{ends, passes},
    session::Session,
};

/// A new database file for the test of this name, and how to open it: without any patience for its lock.
fn database(test: &str) -> SqliteConnectOptions {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sqlite_{test}"));
    let _ = fs::remove_dir_all(&directory); // of an earlier run
    fs::create_dir_all(&directory).unwrap();
    SqliteConnectOptions::new()
        .filename(directory.join("database"))
        .create_if_missing(true)
        .busy_timeout(Duration::ZERO)
}

async fn open(database: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    SqliteConnection::connect_with(database).await
}

/// Makes an empty table `work`.
async fn create(database: &SqliteConnectOptions) {
    let mut session = open(database).await.unwrap();
    session.run("CREATE TABLE work (id INTEGER PRIMARY KEY)").await.unwrap();
    // Dropped, it would be closed in a while, and hold the lock until then.
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_database_that_another_connection_writes_to() {
    let database = database("busy");
    create(&database).await;
    let mut other = open(&database).await.unwrap();
    other.run("BEGIN IMMEDIATE").await.unwrap();
    let other = Mutex::new(other);
    let call = async || open(&database).await?.run("INSERT INTO work DEFAULT VALUES").await;
    let lift = async || other.lock().await.run("ROLLBACK").await.unwrap();
    passes((Verdict::TRANSIENT, None), call, lift).await;
}

/// `BUSY_SNAPSHOT`, an extended code: whoever has read the state before may not write.
#[tokio::test]
async fn a_snapshot_that_is_out_of_date() {
    let database = database("snapshot").journal_mode(SqliteJournalMode::Wal);
    create(&database).await;
    let other = Mutex::new(Some(open(&database).await.unwrap()));
    let call = async || {
        let mut session = open(&database).await?;
        session.run("BEGIN").await?;
        session.number("SELECT count(*) FROM work").await?;
        if let Some(other) = &mut *other.lock().await {
            other.run("INSERT INTO work DEFAULT VALUES").await?;
        }
        session.run("INSERT INTO work DEFAULT VALUES").await?;
        session.run("COMMIT").await
    };
    let error = call().await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "517");
    passes((Verdict::TRANSIENT, None), call, async || drop(other.lock().await.take())).await;
}

/// `LOCKED`: sqlx waits for tables of a shared cache, unless that would be for ever.
#[tokio::test]
async fn tables_of_a_shared_cache_that_two_wait_for() {
    let database = database("locked").shared_cache(true);
    let mut session = open(&database).await.unwrap();
    session.run("CREATE TABLE a (n INTEGER); CREATE TABLE b (n INTEGER)").await.unwrap();
    collide(None, async |side: Side<'_>| {
        let mut session = open(&database).await?;
        session.run("BEGIN").await?;
        if side.number == 0 {
            session.run("INSERT INTO a VALUES (1)").await?;
            side.meet().await;
            session.run("INSERT INTO b VALUES (1)").await?;
        } else {
            session.number("SELECT count(*) FROM b").await?;
            side.meet().await;
            session.number("SELECT count(*) FROM a").await?;
        }
        session.run("COMMIT").await
    })
    .await;
}

#[tokio::test]
async fn what_will_not_pass() {
    let database = database("permanent");
    create(&database).await;
    for sql in [
        "INSERT INTO work VALUES (1), (1)",
        "SELEKT 1",
        "SELECT 1 FROM nowhere",
        "INSERT INTO work VALUES ('a')",
    ] {
        ends(None, async || open(&database).await?.run(sql).await).await;
    }
    let missing = database.clone().filename("/nowhere/database");
    ends(None, async || open(&missing).await.map(drop)).await;
    let fixed = database.read_only(true);
    ends(None, async || open(&fixed).await?.run("INSERT INTO work DEFAULT VALUES").await).await;
}
