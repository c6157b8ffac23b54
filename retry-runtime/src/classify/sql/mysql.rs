//! The error numbers of `MySQL` and `MariaDB`. Their SQLSTATEs are too coarse: 08S01 is a lost connection and a packet
//! that is too large, HY000 a lock wait timeout and almost everything else.

use super::super::Verdict;

/// The numbers that may pass. Every other is permanent. `MySQL`, server error message reference (from 2000 to 2999:
/// client error message reference): <https://dev.mysql.com/doc/mysql-errors/8.4/en/>. `MariaDB`, error codes:
/// <https://mariadb.com/kb/en/mariadb-error-code-reference/>
const PASSING: [(u16, Verdict); 36] = [
    (1020, Verdict::TRANSIENT), // ER_CHECKREAD: record has changed; MariaDB's innodb_snapshot_isolation
    (1037, Verdict::TRANSIENT), // ER_OUTOFMEMORY
    (1040, Verdict::THROTTLED), // ER_CON_COUNT_ERROR: too many connections
    (1041, Verdict::TRANSIENT), // ER_OUT_OF_RESOURCES: out of memory
    (1047, Verdict::TRANSIENT), // ER_UNKNOWN_COM_ERROR: a Galera node that has not joined its cluster yet
    (1053, Verdict::TRANSIENT), // ER_SERVER_SHUTDOWN
    (1135, Verdict::TRANSIENT), // ER_CANT_CREATE_THREAD
    (1152, Verdict::TRANSIENT), // ER_ABORTING_CONNECTION
    (1158, Verdict::TRANSIENT), // ER_NET_READ_ERROR
    (1159, Verdict::TRANSIENT), // ER_NET_READ_INTERRUPTED
    (1160, Verdict::TRANSIENT), // ER_NET_ERROR_ON_WRITE
    (1161, Verdict::TRANSIENT), // ER_NET_WRITE_INTERRUPTED
    (1184, Verdict::TRANSIENT), // ER_NEW_ABORTING_CONNECTION
    (1203, Verdict::THROTTLED), // ER_TOO_MANY_USER_CONNECTIONS
    (1205, Verdict::TRANSIENT), // ER_LOCK_WAIT_TIMEOUT, and MariaDB's NOWAIT
    (1213, Verdict::TRANSIENT), // ER_LOCK_DEADLOCK, and a conflict between Galera nodes
    (1226, Verdict::THROTTLED), // ER_USER_LIMIT_REACHED
    (1412, Verdict::TRANSIENT), // ER_TABLE_DEF_CHANGED: please retry transaction
    (1613, Verdict::TRANSIENT), // ER_XA_RBTIMEOUT
    (1614, Verdict::TRANSIENT), // ER_XA_RBDEADLOCK
    (1615, Verdict::TRANSIENT), // ER_NEED_REPREPARE
    (1637, Verdict::THROTTLED), // ER_TOO_MANY_CONCURRENT_TRXS
    (1689, Verdict::TRANSIENT), // ER_LOCK_ABORTED: an exclusive lock went first
    (1927, Verdict::TRANSIENT), // MariaDB's ER_CONNECTION_KILLED: KILL, as pg_terminate_backend
    (2002, Verdict::TRANSIENT), // CR_CONNECTION_ERROR: this and the next are what proxies pass on
    (2003, Verdict::TRANSIENT), // CR_CONN_HOST_ERROR
    (2006, Verdict::TRANSIENT), // CR_SERVER_GONE_ERROR
    (2013, Verdict::TRANSIENT), // CR_SERVER_LOST
    (2055, Verdict::TRANSIENT), // CR_SERVER_LOST_EXTENDED
    (3032, Verdict::TRANSIENT), // ER_SERVER_OFFLINE_MODE
    (3058, Verdict::TRANSIENT), // ER_USER_LOCK_DEADLOCK: of GET_LOCK
    (3101, Verdict::TRANSIENT), // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: a conflict in Group Replication
    (3168, Verdict::TRANSIENT), // ER_SERVER_ISNT_AVAILABLE
    (3169, Verdict::TRANSIENT), // ER_SESSION_WAS_KILLED
    (3572, Verdict::TRANSIENT), // ER_LOCK_NOWAIT
    (4031, Verdict::TRANSIENT), // ER_CLIENT_INTERACTION_TIMEOUT: idle too long
];

/// The verdict on an error number.
pub(super) fn verdict(number: u16) -> Verdict {
    let passing = PASSING.iter().find(|(passing, _)| *passing == number);
    passing.map_or(Verdict::PERMANENT, |(_, verdict)| *verdict)
}

/// The number in what sqlx shows: `1205 (HY000): Lock wait timeout exceeded`, or `1040: Too many connections` from
/// before a session has begun. Its type cannot be named without the driver.
pub(super) fn number(shown: &str, message: &str) -> Option<u16> {
    let head = shown.strip_suffix(message)?.strip_suffix(": ")?;
    let number = head.split_once(" (").map_or(head, |(number, _)| number);
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_what_comes_before_the_message() {
        assert_eq!(number("1205 (HY000): Lock wait", "Lock wait"), Some(1205));
        assert_eq!(number("1040: Too many connections", "Too many connections"), Some(1040));
    }

    #[test]
    fn what_other_databases_show_has_no_number() {
        // Postgres: the message, which may hold anything, and a line.
        assert_eq!(number("1205 (HY000): no at line 7", "1205 (HY000): no"), None);
        assert_eq!(number("1205 (HY000): no", "1205 (HY000): no"), None);
        assert_eq!(number(" at line 7", ""), None);
        // SQLite.
        assert_eq!(number("(code: 5) database is locked", "database is locked"), None);
    }

    #[test]
    fn numbers() {
        assert_eq!([1205, 1213, 2006, 2013, 3572].map(verdict), [Verdict::TRANSIENT; 5]);
        assert_eq!([1040, 1203].map(verdict), [Verdict::THROTTLED; 2]);
        // Access denied, duplicate, syntax, no such table, packet too large, interrupted, ran too long.
        assert_eq!([1045, 1062, 1064, 1146, 1153, 1317, 3024, 0].map(verdict), [Verdict::PERMANENT; 8]);
    }

    #[test]
    fn the_table_is_sorted_and_names_none_twice() {
        assert!(PASSING.is_sorted_by(|(one, _), (next, _)| one < next));
    }
}
