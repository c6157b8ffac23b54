//! The result codes of `SQLite`.

use super::super::Verdict;

/// The primary result codes that may pass. Every other is permanent. <https://www.sqlite.org/rescode.html>
const PASSING: [u32; 2] = [
    5, // SQLITE_BUSY: another connection holds the lock
    6, // SQLITE_LOCKED: a conflict within this connection or its shared cache
];

/// The verdict on a result code. The low byte of an extended one is its primary one.
pub(super) fn verdict(code: u32) -> Verdict {
    if PASSING.contains(&(code & 0xFF)) { Verdict::TRANSIENT } else { Verdict::PERMANENT }
}

/// The result code that sqlx gives as an error's code, in decimals: at most four, where a SQLSTATE has five.
pub(super) fn result_code(code: &str) -> Option<u32> {
    if code.len() < 5 { code.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_and_locked_with_their_extended_codes() {
        // BUSY, LOCKED, BUSY_RECOVERY, LOCKED_SHAREDCACHE, BUSY_SNAPSHOT, BUSY_TIMEOUT.
        for code in ["5", "6", "261", "262", "517", "773"] {
            assert_eq!(result_code(code).map(verdict), Some(Verdict::TRANSIENT), "{code}");
        }
        // ERROR, PERM, READONLY, IOERR_READ, FULL, CONSTRAINT_UNIQUE, IOERR_IN_PAGE.
        for code in ["1", "3", "8", "266", "13", "2067", "8714"] {
            assert_eq!(result_code(code).map(verdict), Some(Verdict::PERMANENT), "{code}");
        }
    }

    #[test]
    fn a_sqlstate_is_no_result_code() {
        assert_eq!(["40001", "00005", "08P01", ""].map(result_code), [None; 4]);
    }
}
