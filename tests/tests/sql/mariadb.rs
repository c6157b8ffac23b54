//! MariaDB, by sqlx.

use std::{
    cell::Cell,
    future::pending,
    sync::{Arc, LazyLock},
    time::Duration,
};

use retry_runtime::Verdict;
use retry_tests::servers::MariaDb;
use sqlx::{MySqlConnection, mysql::MySqlPoolOptions};
use tokio::{select, sync::Mutex, task::yield_now};

use super::{
    collisions::{Side, collide},
    faults::{ends, passes},
    restarts::{TABLES, survives},
    session::Session,
};

/// For the tests that leave it alone. Each has tables of its own.
static SHARED: LazyLock<MariaDb> = LazyLock::new(MariaDb::start);

async fn open() -> sqlx::Result<MySqlConnection> {
    MySqlConnection::open(&SHARED.url()).await
}

/// Makes a new table with the rows 0 and 1, both 0.
async fn table(name: &str) {
    let sql = format!(
        "CREATE TABLE {name} (id INT PRIMARY KEY, n BIGINT); INSERT INTO {name} VALUES (0, 0), (1, 0)"
    );
    open().await.unwrap().run(&sql).await.unwrap();
}

#[tokio::test]
async fn a_deadlock() {
    table("deadlock").await;
    collide(Some("40001"), async |side: Side<'_>| {
        let mut session = open().await?;
        let (from, to) = (side.number, 1 - side.number);
        session.run("BEGIN").await?;
        session.run(&format!("UPDATE deadlock SET n = n - 1 WHERE id = {from}")).await?;
        side.meet().await;
        session.run(&format!("UPDATE deadlock SET n = n + 10 WHERE id = {to}")).await?;
        session.run("COMMIT").await
    })
    .await;
    // Without the attribute one came through, with it both.
    let sum = "SELECT CAST(sum(n) AS SIGNED) FROM deadlock";
    assert_eq!(open().await.unwrap().number(sum).await.unwrap(), 27);
}

#[tokio::test]
async fn a_lock_wait_that_took_too_long() {
    table("locked").await;
    for (setting, wait) in [("SET innodb_lock_wait_timeout = 1", ""), ("SELECT 1", "NOWAIT")] {
        let mut other = open().await.unwrap();
        other.run("BEGIN; SELECT n FROM locked FOR UPDATE").await.unwrap();
        let other = Mutex::new(other);
        let call = async || {
            let mut session = open().await?;
            session.run(setting).await?;
            session.run(&format!("SELECT n FROM locked FOR UPDATE {wait}")).await
        };
        let lift = async || other.lock().await.run("ROLLBACK").await.unwrap();
        passes((Verdict::TRANSIENT, Some("HY000")), call, lift).await;
    }
}

#[tokio::test]
async fn the_limits_of_a_server() {
    let server = MariaDb::start_with(&["--max-connections=10", "--max-allowed-packet=1024"]);
    // 1153, whose class says that the connection failed: it does, each time.
    let large = format!("SELECT '{}'", "x".repeat(100_000));
    ends(Some("08S01"), async || MySqlConnection::open(&server.url()).await?.run(&large).await).await;

    // 1040, from before there is a session: without a SQLSTATE.
    let others = Mutex::new(Vec::new());
    // One more than that is let in if it is an administrator.
    for _ in 0..11 {
        others.lock().await.push(MySqlConnection::open(&server.url()).await.unwrap());
    }
    let call = async || MySqlConnection::open(&server.url()).await?.run("SELECT 1").await;
    let lift = async || others.lock().await.clear();
    passes((Verdict::THROTTLED, None), call, lift).await;
}

#[tokio::test]
async fn a_connection_that_is_killed() {
    for kill in ["CONNECTION", "QUERY"] {
        let armed = Cell::new(true);
        let call = async || {
            let mut session = open().await?;
            let id = session.number("SELECT CAST(connection_id() AS SIGNED)").await?;
            // Without its condition the sum would be known without looking at the rows.
            let rows = if armed.get() { 1_000_000_000_000_u64 } else { 1 };
            let query = format!("SELECT sum(seq) FROM seq_1_to_{rows} WHERE seq % 2 = 1");
            let working = format!(
                "SELECT count(*) FROM information_schema.processlist WHERE id = {id} AND info LIKE '%seq_1%'"
            );
            let kill = async {
                let mut other = open().await.unwrap();
                while !armed.get() || other.number(&working).await.unwrap() == 0 {
                    yield_now().await;
                }
                other.run(&format!("KILL {kill} {id}")).await.unwrap();
                pending().await
            };
            select! {
                outcome = session.run(&query) => outcome,
                never = kill => never,
            }
        };
        if kill == "CONNECTION" {
            // It ends without a word.
            passes((Verdict::TRANSIENT, None), call, async || armed.set(false)).await;
        } else {
            ends(Some("70100"), call).await;
        }
    }
}

#[tokio::test]
async fn what_will_not_pass() {
    table("permanent").await;
    for (state, sql) in [
        ("23000", "INSERT INTO permanent VALUES (0, 0)"),
        ("42000", "SELEKT 1"),
        ("42S02", "SELECT 1 FROM nowhere"),
        ("70100", "SET max_statement_time = 0.01; SELECT sleep(60)"),
    ] {
        ends(Some(state), async || open().await?.run(sql).await).await;
    }
    let url = SHARED.url();
    let wrong = url.replace("root@", "root:wrong@");
    ends(Some("28000"), async || MySqlConnection::open(&wrong).await.map(drop)).await;
    let nowhere = url.replace("/test", "/nowhere");
    ends(Some("42000"), async || MySqlConnection::open(&nowhere).await.map(drop)).await;
}

#[tokio::test]
async fn a_restart_survived_by_a_pool() {
    let server = Arc::new(MariaDb::start());
    MySqlConnection::open(&server.url()).await.unwrap().run(TABLES).await.unwrap();
    let pool = MySqlPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_millis(100))
        .connect_lazy(&server.url())
        .unwrap();
    survives::<MySqlConnection, _>(&server, async |row| {
        let mut transaction = pool.begin().await?;
        let stored =
            sqlx::query("INSERT IGNORE INTO work VALUES (?)").bind(row).execute(&mut *transaction).await?;
        sqlx::query("UPDATE total SET n = n + ?")
            .bind(stored.rows_affected())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    })
    .await;
}
