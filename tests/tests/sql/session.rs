//! One face for the clients, so that each case is written once.

use std::error::Error;

use sqlx::{
    AssertSqlSafe, Connection, MySqlConnection, PgConnection, SqliteConnection, query_scalar, raw_sql,
};

/// A connection. Dropped, it is closed, and what it had not committed is undone.
pub(crate) trait Session: Sized {
    type Error: Error + Send + Sync + 'static;

    async fn open(url: &str) -> Result<Self, Self::Error>;

    async fn run(&mut self, sql: &str) -> Result<(), Self::Error>;

    /// The number that a query of one row and one column gives.
    async fn number(&mut self, sql: &str) -> Result<i64, Self::Error>;
}

macro_rules! session_of_sqlx {
    ($($connection:ty),*) => {$(
        impl Session for $connection {
            type Error = sqlx::Error;

            async fn open(url: &str) -> sqlx::Result<Self> {
                Self::connect(url).await
            }

            async fn run(&mut self, sql: &str) -> sqlx::Result<()> {
                raw_sql(AssertSqlSafe(sql)).execute(self).await.map(drop)
            }

            async fn number(&mut self, sql: &str) -> sqlx::Result<i64> {
                query_scalar(AssertSqlSafe(sql)).fetch_one(self).await
            }
        }
    )*};
}

session_of_sqlx!(MySqlConnection, PgConnection, SqliteConnection);

impl Session for tokio_postgres::Client {
    type Error = tokio_postgres::Error;

    async fn open(url: &str) -> Result<Self, Self::Error> {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        // What ends the connection is for the calls to tell.
        tokio::spawn(async { drop(connection.await) });
        Ok(client)
    }

    async fn run(&mut self, sql: &str) -> Result<(), Self::Error> {
        self.batch_execute(sql).await
    }

    async fn number(&mut self, sql: &str) -> Result<i64, Self::Error> {
        self.query_one(sql, &[]).await?.try_get(0)
    }
}
