//! The errors of sqlx.

use std::error::Error;

use sqlx::{Error as SqlxError, error::DatabaseError};

use super::{
    super::{Verdict, chain},
    mysql, sqlite, state,
};

pub(super) fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(error) = chain::held::<Box<dyn DatabaseError>>(error) {
        return Some(answer(&**error));
    }
    match chain::held(error)? {
        // The thread of an SQLite connection is gone; another connection has another.
        SqlxError::PoolTimedOut | SqlxError::WorkerCrashed => Some(Verdict::TRANSIENT),
        // The value is at fault, or the program. The cause may be an `io::Error` even so: bytes that end too early.
        SqlxError::AnyDriverError(_)
        | SqlxError::ColumnDecode { .. }
        | SqlxError::Configuration(_)
        | SqlxError::Decode(_)
        | SqlxError::Encode(_) => Some(Verdict::PERMANENT),
        // A Unix socket that is not there: its server is not, yet.
        SqlxError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => Some(Verdict::TRANSIENT),
        // What the database answered, I/O, TLS, a migration: the cause. All others have none.
        _ => None,
    }
}

/// The SQLSTATE that the database answered with.
pub(super) fn state(error: &(dyn Error + 'static)) -> Option<String> {
    let code = chain::held::<Box<dyn DatabaseError>>(error)?.code()?;
    if sqlite::result_code(&code).is_some() { None } else { Some(code.into_owned()) }
}

/// The verdict on what the database answered. Which one it is shows in the form of its code: the drivers' own
/// types exist only with sqlx's features, which are the user's to choose.
fn answer(error: &dyn DatabaseError) -> Verdict {
    if let Some(number) = mysql::number(&error.to_string(), error.message()) {
        return mysql::verdict(number);
    }
    let Some(code) = error.code() else { return Verdict::PERMANENT };
    sqlite::result_code(&code).map_or_else(|| state::verdict(&code), sqlite::verdict)
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, fmt, io};

    use sqlx::error::ErrorKind;

    use super::*;
    use crate::{is_transient, is_transient_sql, sql_state};

    /// What a driver makes of a database's answer.
    #[derive(Debug)]
    struct Answer {
        shown: &'static str,
        message: &'static str,
        code: Option<&'static str>,
    }

    impl fmt::Display for Answer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.shown)
        }
    }

    impl Error for Answer {}

    impl DatabaseError for Answer {
        fn message(&self) -> &str {
            self.message
        }
        fn code(&self) -> Option<Cow<'_, str>> {
            self.code.map(Cow::Borrowed)
        }
        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn answered(shown: &'static str, message: &'static str, code: Option<&'static str>) -> SqlxError {
        SqlxError::Database(Box::new(Answer { shown, message, code }))
    }

    #[test]
    fn each_database_is_known_by_the_form_of_its_code() {
        let postgres = |code| answered("no at line 7", "no", Some(code));
        assert_eq!(is_transient_sql(&postgres("40P01")), Verdict::TRANSIENT);
        assert_eq!(is_transient_sql(&postgres("53300")), Verdict::THROTTLED);
        assert_eq!(is_transient_sql(&postgres("23505")), Verdict::PERMANENT);

        let mysql = answered("1205 (HY000): waited", "waited", Some("HY000"));
        assert_eq!(is_transient_sql(&mysql), Verdict::TRANSIENT);
        // Its class says connection, its number that the packet is too large.
        let mysql = answered("1153 (08S01): too large", "too large", Some("08S01"));
        assert_eq!(is_transient_sql(&mysql), Verdict::PERMANENT);
        assert_eq!(is_transient_sql(&answered("1040: full", "full", None)), Verdict::THROTTLED);

        assert_eq!(is_transient_sql(&answered("(code: 5) busy", "busy", Some("5"))), Verdict::TRANSIENT);
        assert_eq!(is_transient_sql(&answered("(code: 1) no", "no", Some("1"))), Verdict::PERMANENT);
        assert_eq!(is_transient_sql(&answered("no", "no", None)), Verdict::PERMANENT);
    }

    #[test]
    fn the_state_is_found_among_the_causes() {
        let error = anyhow::Error::from(answered("no", "no", Some("08007"))).context("while paying");
        assert_eq!(sql_state(&error).as_deref(), Some("08007"));
        assert_eq!(is_transient(&error), Verdict::TRANSIENT);
        let mysql = answered("1213 (40001): deadlock", "deadlock", Some("40001"));
        assert_eq!(sql_state(&mysql).as_deref(), Some("40001"));
        assert_eq!(sql_state(&answered("(code: 5) busy", "busy", Some("5"))), None);
        assert_eq!(sql_state(&SqlxError::PoolTimedOut), None);
    }

    #[test]
    fn the_clients_own_errors() {
        assert_eq!(is_transient_sql(&SqlxError::PoolTimedOut), Verdict::TRANSIENT);
        assert_eq!(is_transient_sql(&SqlxError::WorkerCrashed), Verdict::TRANSIENT);
        let protocol = SqlxError::Protocol("an unknown message".into());
        for error in [SqlxError::PoolClosed, SqlxError::RowNotFound, SqlxError::BeginFailed, protocol] {
            assert_eq!(is_transient_sql(&error), Verdict::PERMANENT, "{error:?}");
        }
    }

    #[test]
    fn io_decides_where_it_is_the_cause_and_a_value_where_that_is() {
        let cut_short = || io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(is_transient_sql(&SqlxError::Io(cut_short())), Verdict::TRANSIENT);
        assert_eq!(is_transient_sql(&SqlxError::Tls(Box::new(cut_short()))), Verdict::TRANSIENT);
        assert_eq!(is_transient_sql(&SqlxError::Tls("not trusted".into())), Verdict::PERMANENT);
        let decode = SqlxError::ColumnDecode { index: "0".into(), source: Box::new(cut_short()) };
        assert_eq!(is_transient_sql(&decode), Verdict::PERMANENT);
        for error in
            [SqlxError::Decode, SqlxError::Encode, SqlxError::Configuration, SqlxError::AnyDriverError]
        {
            let error = error(Box::new(cut_short()));
            assert_eq!(is_transient_sql(&error), Verdict::PERMANENT, "{error:?}");
        }
    }
}
