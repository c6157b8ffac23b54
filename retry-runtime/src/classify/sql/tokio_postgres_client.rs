//! The errors of tokio-postgres, and so of postgres.

use std::error::Error;

use tokio_postgres::error::DbError;

use super::{
    super::{Verdict, chain},
    state,
};

/// How the kinds that come from outside are shown: nothing else tells them from the rest, whose cause may be an
/// `io::Error` too, such as a value whose bytes end too early.
const FROM_OUTSIDE: [&str; 3] =
    ["error communicating with the server", CONNECTING, "error performing TLS handshake"];

/// The one of them in which the request never reached the server.
pub(crate) const CONNECTING: &str = "error connecting to server";

/// How `postgres` shows that `Client::is_valid` had no answer in time.
const TIMED_OUT: &str = "timeout waiting for server";

pub(super) fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(error) = chain::held::<DbError>(error) {
        return Some(state::verdict(error.code().code()));
    }
    let error: &tokio_postgres::Error = chain::held(error)?;
    if error.is_closed() {
        return Some(Verdict::TRANSIENT);
    }
    if error.as_db_error().is_some() {
        return None;
    }
    match error.to_string() {
        shown if shown == TIMED_OUT => Some(Verdict::TRANSIENT),
        // A Unix socket that is not there: its server is not, yet.
        shown if shown.starts_with(CONNECTING) && chain::is_missing_socket(error) => Some(Verdict::TRANSIENT),
        shown if FROM_OUTSIDE.iter().any(|kind| shown.starts_with(kind)) => None,
        _ => Some(Verdict::PERMANENT),
    }
}

/// The SQLSTATE that the database answered with.
pub(super) fn state(error: &(dyn Error + 'static)) -> Option<String> {
    chain::held::<DbError>(error).map(|error| error.code().code().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{is_transient_sql, sql_state};

    #[test]
    fn a_timeout_of_the_blocking_client_is_transient() {
        let error = tokio_postgres::Error::__private_api_timeout();
        assert_eq!(is_transient_sql(&error), Verdict::TRANSIENT);
        assert_eq!(sql_state(&error), None);
    }

    #[test]
    fn a_wrong_configuration_is_permanent() {
        let error = "host=localhost port=none".parse::<tokio_postgres::Config>().unwrap_err();
        assert_eq!(is_transient_sql(&error), Verdict::PERMANENT, "{error:?}");
    }
}
