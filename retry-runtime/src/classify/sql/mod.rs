//! SQL databases.

#[cfg(feature = "sqlx")]
mod mysql;
#[cfg(feature = "sqlx")]
mod sqlite;
#[cfg(feature = "sqlx")]
mod sqlx_client;
mod state;
#[cfg(feature = "tokio-postgres")]
mod tokio_postgres_client;

use super::{
    ErrorChain, Verdict,
    chain::{self, Judge},
    io,
};

pub use state::sql_state;

/// What knows databases, and what is below it.
pub(super) const JUDGES: &[Judge] = &[
    #[cfg(feature = "sqlx")]
    sqlx_client::judge,
    #[cfg(feature = "tokio-postgres")]
    tokio_postgres_client::judge,
    io::judge,
];

/// Whether a database error may pass.
///
/// | of | throttled | transient | permanent |
/// |---|---|---|---|
/// | Postgres, by SQLSTATE | 53300 too many connections | 40001 serialization failure, 40P01 deadlock, 40003, class 08 connection, the rest of class 53 resources, 55P03 lock not available, 57P01, 57P02, 57P03 shutting down or starting up, 57P05 idle too long | every other: constraints 23xxx, syntax and missing tables 42xxx, passwords 28xxx, no such database 3D000, 57014 query canceled … |
/// | `MySQL` and `MariaDB`, by number | 1040, 1203, 1226 too many connections, 1637 transactions | 1213, 1614, 3058 deadlock; 1205, 1613, 1689, 3572 lock; 1020, 1412, 1615, 3101 restart the transaction; 1037, 1041, 1135 resources; 1047, 1053, 3032, 3168 not ready or shutting down; 1152, 1158–1161, 1184, 1927, 3169, 4031 connection ended; 2002, 2003, 2006, 2013, 2055 a proxy lost its server | every other: 1062 duplicate, 1064 syntax, 1045 access denied, 1153 packet too large, 1317 interrupted, 3024 ran too long … |
/// | `SQLite`, by result code | | `BUSY`, `LOCKED`, with their extended codes | every other |
/// | the client | | not connected, connection lost, timed out; of sqlx also `PoolTimedOut`, `WorkerCrashed` | configuration, encoding, decoding, TLS trust, protocol, `RowNotFound`, `PoolClosed` |
///
/// Sources: Postgres, appendix A; `MySQL`, server and client error message reference; `MariaDB`, error codes;
/// `SQLite`, result and error codes.
///
/// Takes, with the feature `sqlx`, `sqlx::Error` of every driver, with the feature `tokio-postgres`
/// `tokio_postgres::Error`, and any error that has one of them or an `io::Error` among its causes. What has none is
/// permanent. It knows sqlx 0.9 and tokio-postgres 0.7: the errors of another version are of another type, look
/// like any unknown error, and are permanent. So are the errors of other pools that a pool makes itself.
///
/// ```
/// use retry_runtime::{is_transient_sql, retry};
///
/// #[retry(database, initial_delay = "1ms", filter = is_transient_sql)]
/// fn count() -> anyhow::Result<u64> {
///     Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())
/// }
///
/// assert!(count().is_err()); // after three attempts
/// ```
///
/// What fails alone is a statement; what must be repeated is its transaction. Begin, work and commit inside the
/// annotated function: a deadlock or a serialization failure has undone all of it. A statement whose connection was
/// lost may have been carried out, and so may a commit: repeat what is idempotent, such as an insert with a key of
/// the caller's and `ON CONFLICT DO NOTHING`.
///
/// A connection that was lost stays lost: take one from a pool, or connect, inside the function too. A pool of sqlx
/// waits by itself, up to its `acquire_timeout`, for a server that refuses connections, is starting up (57P03) or
/// has too many (53300); only then comes `PoolTimedOut`. Keep it short where the retry shall decide.
///
/// The field disagrees on 08007 and 40003 (whether the transaction was carried out is unknown; so is it after any
/// lost connection), and on 08P01 (a protocol violation, but what `PgBouncer` says when it has lost its server).
/// To choose otherwise, look at the code:
///
/// ```
/// use retry_runtime::{is_transient_sql, retry, sql_state};
///
/// #[retry(database, filter = |error| is_transient_sql(error).and(sql_state(error).as_deref() != Some("08007")))]
/// fn transfer() -> anyhow::Result<()> {
///     anyhow::bail!("no such account")
/// }
///
/// assert!(transfer().is_err()); // a single attempt
/// ```
///
/// 57014 is what the user's own `statement_timeout` says: a query that took too long will again. Where that is not
/// so: `.or(sql_state(error).as_deref() == Some("57014"))`.
///
/// A variant that thiserror makes `transparent` shows the causes of the error it holds, not that error: what the
/// database answered and I/O are seen through it, `PoolTimedOut` and a closed connection are not. Give it a message
/// of its own, or derive [`Classify`](macro@crate::Classify).
pub fn is_transient_sql<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}
