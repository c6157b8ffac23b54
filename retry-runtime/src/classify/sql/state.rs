//! SQLSTATEs.

use std::error::Error;

use super::super::{ErrorChain, Verdict, chain};
#[cfg(feature = "sqlx")]
use super::sqlx_client;
#[cfg(feature = "tokio-postgres")]
use super::tokio_postgres_client;

/// The codes, and the classes (two characters), that may pass: the first that fits. Every other is permanent.
/// Postgres, appendix A: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const PASSING: [(&str, Verdict); 11] = [
    // Connection exceptions. Our choice, not everybody's: 08007 (was it committed? unknown) and 08P01, a protocol
    // violation, which is also what PgBouncer says of everything that goes wrong between it and its server.
    ("08", Verdict::TRANSIENT),
    ("40001", Verdict::TRANSIENT), // serialization_failure
    ("40003", Verdict::TRANSIENT), // statement_completion_unknown: CockroachDB's 08007
    ("40P01", Verdict::TRANSIENT), // deadlock_detected
    ("53300", Verdict::THROTTLED), // too_many_connections
    ("53", Verdict::TRANSIENT),    // insufficient_resources: disk full, out of memory, …
    ("55P03", Verdict::TRANSIENT), // lock_not_available: lock_timeout, NOWAIT
    ("57P01", Verdict::TRANSIENT), // admin_shutdown, pg_terminate_backend
    ("57P02", Verdict::TRANSIENT), // crash_shutdown: another session crashed
    ("57P03", Verdict::TRANSIENT), // cannot_connect_now: starting up, shutting down
    ("57P05", Verdict::TRANSIENT), // idle_session_timeout: the statement was not looked at
];

/// The verdict on a SQLSTATE.
pub(super) fn verdict(code: &str) -> Verdict {
    let passing = PASSING.iter().find(|(passing, _)| code.starts_with(passing));
    passing.map_or(Verdict::PERMANENT, |(_, verdict)| *verdict)
}

/// The SQLSTATE of a database error, or `None` where no database answered or none is among its causes. `SQLite` has
/// none.
///
/// ```
/// use retry_runtime::sql_state;
///
/// fn is_duplicate(error: &anyhow::Error) -> bool {
///     sql_state(error).as_deref() == Some("23505")
/// }
///
/// assert!(!is_duplicate(&anyhow::anyhow!("the database was not asked")));
/// ```
pub fn sql_state<E, M>(error: &E) -> Option<String>
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::links(outermost).find_map(state_of))
}

fn state_of(error: &(dyn Error + 'static)) -> Option<String> {
    #[cfg(feature = "sqlx")]
    if let Some(state) = sqlx_client::state(error) {
        return Some(state);
    }
    #[cfg(feature = "tokio-postgres")]
    if let Some(state) = tokio_postgres_client::state(error) {
        return Some(state);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_codes() {
        for code in ["08000", "08004", "08006", "08007", "08P01", "40001", "40003", "40P01", "53000", "53100"]
        {
            assert_eq!(verdict(code), Verdict::TRANSIENT, "{code}");
        }
        for code in ["53200", "53400", "55P03", "57P01", "57P02", "57P03", "57P05"] {
            assert_eq!(verdict(code), Verdict::TRANSIENT, "{code}");
        }
        assert_eq!(verdict("53300"), Verdict::THROTTLED);
    }

    #[test]
    fn every_other_is_permanent() {
        for code in ["00000", "22012", "23505", "23503", "25006", "25P02", "28000", "28P01", "3D000", "40002"]
        {
            assert_eq!(verdict(code), Verdict::PERMANENT, "{code}");
        }
        for code in ["42601", "42P01", "55006", "57014", "57P04", "XX000", "HY000", "4", "", "é"] {
            assert_eq!(verdict(code), Verdict::PERMANENT, "{code}");
        }
    }
}
