//! Redis: what a server answers, and the errors of the client.

use std::error::Error;

use redis::{ErrorKind, RedisError, ServerError};

use super::{
    ErrorChain, IntoVerdict, Verdict,
    chain::{self, Judge},
    io,
};

/// What knows Redis, and what is below it.
pub(super) const JUDGES: &[Judge] = &[judge, io::judge];

/// The first words of errors that may pass, from the sources of Redis 7. Every other is permanent.
const PASSING: [(&str, Verdict); 8] = [
    ("BUSY", Verdict::TRANSIENT),        // server.c: a script runs for too long
    ("CLUSTERDOWN", Verdict::TRANSIENT), // cluster.c: a slot is not served, or too few nodes are there
    ("LOADING", Verdict::TRANSIENT),     // server.c: it has just started, or gets a copy of its master
    ("MASTERDOWN", Verdict::TRANSIENT),  // server.c: a replica that may not answer without its master
    ("NOREPLICAS", Verdict::TRANSIENT),  // server.c: `min-replicas-to-write`
    ("READONLY", Verdict::TRANSIENT),    // server.c: a replica, since a failover or until the next
    ("TRYAGAIN", Verdict::TRANSIENT),    // cluster.c: the keys' slot moves
    ("UNBLOCKED", Verdict::TRANSIENT),   // blocked.c: it became a replica while the call was waiting
];

/// networking.c, with "ERR" before it; in a cluster it goes on with "+ cluster connections".
const TOO_MANY_CLIENTS: &str = "max number of clients";

/// What BUSY says, where the client hides the code: it was to select the database of its URL.
const BUSY: &str = "Redis is busy running a script";

/// multi.c, with "EXECABORT" before it, and what EXEC itself met after it.
const DISCARDED: &str = "Transaction discarded because of: ";

/// How the client begins the message of a TLS handshake that failed; it shows no cause.
const NO_TLS: &str = "SSL Handshake error";

/// How the async client tells of a connection that ended within an answer: as of one that makes no sense.
const CUT_SHORT: (&str, &str) = ("Parse error at ", "Unexpected end of input");

/// Whether a Redis error may pass.
///
/// | verdict | answers of the server | errors of the client |
/// |---|---|---|
/// | throttled | ERR max number of clients reached | |
/// | transient | LOADING, TRYAGAIN, CLUSTERDOWN, MASTERDOWN, READONLY, NOREPLICAS, BUSY, UNBLOCKED | not resolved, not reached, timed out, reset, closed by the peer, an answer cut short; no connection to a node of the cluster; no master or replica that the sentinels know of |
/// | permanent | every other: WRONGTYPE, NOAUTH, WRONGPASS, NOPERM, NOSCRIPT, EXECABORT, CROSSSLOT, MOVED, ASK, OOM, MISCONF, ERR … | a wrong configuration, an authentication that failed, a certificate that is not trusted, an answer that is no Redis protocol or not of the type that was asked for |
///
/// Answers: the sources of Redis 7; the choice is that of go-redis (`shouldRetry` in its `error.go`), and
/// BUSY and UNBLOCKED. I/O errors as in [`is_transient_io`](crate::is_transient_io); a Unix socket that is
/// not there counts as refused.
///
/// Takes `redis::RedisError`, `redis::ServerError`, and any error that has one of them or a `std::io::Error`
/// among its causes. What has none is permanent. A pipeline or transaction in which several commands failed
/// may pass if each of their errors may. It knows redis 1: the errors of another version look like any unknown
/// error, and are permanent.
///
/// ```
/// use redis::{ErrorKind, RedisError, ServerErrorKind};
/// use retry_runtime::is_transient_redis;
///
/// let loading = RedisError::from((ErrorKind::Server(ServerErrorKind::BusyLoading), "loading the dataset"));
/// assert!(is_transient_redis(&loading).is_transient());
///
/// let refused = RedisError::from((ErrorKind::Server(ServerErrorKind::NoPerm), "no permission"));
/// assert!(is_transient_redis(&refused).is_permanent());
/// ```
///
/// **A broken connection stays broken**: what `get_multiplexed_async_connection` gave answers with a broken pipe
/// from then on. Let go of it in `before_retry`, and connect in the attempt, or use the client's
/// `ConnectionManager`. READONLY too may ask for a new connection: after a failover the old name leads to the
/// new master.
///
/// Repeat only what is idempotent: a write whose answer was lost may have been carried out. SET is; INCR,
/// LPUSH and APPEND are not.
///
/// The field disagrees on some. OOM (the server is full) and MISCONF (it cannot write to its disk) last until
/// somebody does something, and clients do not repeat them by themselves; for a queue that others empty, repeating
/// OOM is right. MOVED and ASK are for the cluster client, which follows them; any other meets them again. To choose
/// otherwise, look at the code:
///
/// ```
/// # use redis::RedisError;
/// use retry_runtime::{is_transient_redis, retry};
///
/// #[retry(initial_delay = "0s", filter = |error| is_transient_redis(error).or(error.code() == Some("OOM")))]
/// fn enqueue(attempts: &mut u32) -> Result<(), RedisError> {
///     *attempts += 1;
///     # let full = "command not allowed when used memory > 'maxmemory'.";
///     # Err(redis::make_extension_error("OOM".to_owned(), Some(full.to_owned())))
/// }
///
/// let mut attempts = 0;
/// assert!(enqueue(&mut attempts).is_err());
/// assert_eq!(attempts, 3);
/// ```
pub fn is_transient_redis<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}

fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(answer) = chain::held::<ServerError>(error) {
        return Some(verdict(answer.code(), answer.details()));
    }
    let error: &RedisError = chain::held(error)?;
    if let Some(answers) = error.clone().into_server_errors() {
        // What was answered to one command, or to those of a pipeline that failed.
        let verdicts = answers.iter().map(|(_, answer)| verdict(answer.code(), answer.details()));
        return verdicts.reduce(Verdict::and);
    }
    if let Some(code) = error.code() {
        return Some(verdict(code, error.detail()));
    }
    Some(match error.kind() {
        ErrorKind::Io => judge_io(error),
        ErrorKind::Parse => was_cut_short(error).into_verdict(),
        ErrorKind::ClusterConnectionNotFound
        | ErrorKind::MasterNameNotFoundBySentinel
        | ErrorKind::NoValidReplicasFoundBySentinel => Verdict::TRANSIENT,
        _ => Verdict::PERMANENT,
    })
}

fn was_cut_short(error: &RedisError) -> bool {
    let (start, reason) = CUT_SHORT;
    error.detail().is_some_and(|detail| detail.starts_with(start) && detail.contains(reason))
}

fn verdict(code: &str, details: Option<&str>) -> Verdict {
    let details = details.unwrap_or_default();
    if code == "ERR" && details.starts_with(TOO_MANY_CLIENTS) {
        return Verdict::THROTTLED;
    }
    if details.contains(BUSY) {
        return Verdict::TRANSIENT;
    }
    let code = match details.strip_prefix(DISCARDED) {
        Some(cause) if code == "EXECABORT" => cause.split(' ').next().unwrap_or_default(),
        _ => code,
    };
    PASSING.iter().find(|(passing, _)| *passing == code).map_or(Verdict::PERMANENT, |(_, verdict)| *verdict)
}

fn judge_io(error: &RedisError) -> Verdict {
    // Without a cause: the client has lost its connection, but for TLS.
    let Some(cause) = error.source() else {
        return if error.to_string().starts_with(NO_TLS) { Verdict::PERMANENT } else { Verdict::TRANSIENT };
    };
    if error.is_connection_refusal() {
        return Verdict::TRANSIENT;
    }
    chain::judged_by(&[io::judge], cause)
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind as Kind};

    use redis::{ServerErrorKind, make_extension_error};

    use super::*;

    fn answer(code: &str, details: &str) -> Verdict {
        is_transient_redis(&make_extension_error(code.to_owned(), Some(details.to_owned())))
    }

    fn meets(kind: io::ErrorKind) -> Verdict {
        is_transient_redis(&RedisError::from(io::Error::from(kind)))
    }

    #[test]
    fn the_io_error_that_the_client_hides_decides() {
        for kind in [Kind::ConnectionReset, Kind::BrokenPipe, Kind::TimedOut, Kind::UnexpectedEof] {
            assert_eq!(meets(kind), Verdict::TRANSIENT, "{kind}");
        }
        for kind in [Kind::PermissionDenied, Kind::InvalidData, Kind::Other] {
            assert_eq!(meets(kind), Verdict::PERMANENT, "{kind}");
        }
        let hidden = RedisError::from(io::Error::other(io::Error::from(Kind::ConnectionReset)));
        assert_eq!(is_transient_redis(&hidden), Verdict::TRANSIENT);
    }

    #[test]
    fn a_unix_socket_that_is_not_there_yet_is_transient() {
        let client = redis::Client::open("redis+unix:///nowhere/redis.sock").unwrap();
        assert_eq!(is_transient_redis(&client.get_connection().err().unwrap()), Verdict::TRANSIENT);
    }

    #[test]
    fn a_connection_that_the_client_lost_is_transient_but_not_a_certificate() {
        let lost = |message| is_transient_redis(&RedisError::from((ErrorKind::Io, message)));
        assert_eq!(lost("Couldn't find a connection"), Verdict::TRANSIENT);
        assert_eq!(lost("SSL Handshake error"), Verdict::PERMANENT);
    }

    #[test]
    fn the_first_word_of_an_answer_decides() {
        assert_eq!(answer("NOREPLICAS", "Not enough good replicas to write."), Verdict::TRANSIENT);
        assert_eq!(answer("BUSY", "Redis is busy running a script."), Verdict::TRANSIENT);
        assert_eq!(answer("ERR", "max number of clients reached"), Verdict::THROTTLED);
        assert_eq!(answer("ERR", "max number of clients + cluster connections reached"), Verdict::THROTTLED);
        for code in ["ERR", "WRONGPASS", "OOM", "MISCONF", "BUSYKEY", "BUSYGROUP", "DENIED", ""] {
            assert_eq!(answer(code, "LOADING"), Verdict::PERMANENT, "{code}");
        }
    }

    #[test]
    fn a_server_error_is_known_bare_too() {
        let error = make_extension_error("NOREPLICAS".to_owned(), None);
        assert_eq!(is_transient_redis(&ServerError::try_from(error).unwrap()), Verdict::TRANSIENT);
    }

    #[test]
    fn a_transaction_that_was_discarded_tells_why() {
        assert_eq!(
            answer("EXECABORT", "Transaction discarded because of: LOADING Redis"),
            Verdict::TRANSIENT
        );
        assert_eq!(answer("EXECABORT", "Transaction discarded because of: OOM command"), Verdict::PERMANENT);
        assert_eq!(answer("EXECABORT", "Transaction discarded because of previous"), Verdict::PERMANENT);
    }

    #[test]
    fn what_the_client_says_by_itself() {
        let says = |kind: ErrorKind| is_transient_redis(&RedisError::from((kind, "says the client")));
        assert_eq!(says(ErrorKind::ClusterConnectionNotFound), Verdict::TRANSIENT);
        assert_eq!(says(ErrorKind::MasterNameNotFoundBySentinel), Verdict::TRANSIENT);
        assert_eq!(says(ErrorKind::NoValidReplicasFoundBySentinel), Verdict::TRANSIENT);
        assert_eq!(says(ErrorKind::AuthenticationFailed), Verdict::PERMANENT);
        assert_eq!(says(ErrorKind::Parse), Verdict::PERMANENT);
        assert_eq!(says(ErrorKind::Client), Verdict::PERMANENT);
        assert_eq!(says(ServerErrorKind::Moved.into()), Verdict::PERMANENT);
        assert_eq!(says(ServerErrorKind::BusyLoading.into()), Verdict::TRANSIENT);
        let refused =
            (ServerErrorKind::ResponseError.into(), "refused to switch", TOO_MANY_CLIENTS.to_owned());
        assert_eq!(is_transient_redis(&RedisError::from(refused)), Verdict::THROTTLED);
    }
}
