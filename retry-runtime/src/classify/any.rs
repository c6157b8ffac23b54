//! Whatever is known.

use super::{
    ErrorChain, Verdict,
    chain::{self, Judge},
};

/// What each technology whose feature is on knows of an error. All know `io`, which is asked once, last.
const TECHNOLOGIES: &[&[Judge]] = &[
    #[cfg(feature = "http")]
    super::http::JUDGES,
    #[cfg(feature = "lapin")]
    super::amqp::JUDGES,
    #[cfg(feature = "rdkafka")]
    super::kafka::JUDGES,
    #[cfg(feature = "redis")]
    super::redis::JUDGES,
    #[cfg(any(feature = "sqlx", feature = "tokio-postgres"))]
    super::sql::JUDGES,
    #[cfg(feature = "tonic")]
    super::grpc::JUDGES,
    &[super::io::judge],
];

/// Whether an error may pass, by whichever of the filters knows it: the outermost known error among `error`
/// and its causes decides. Asks all whose feature is on, and [`is_transient_io`](crate::is_transient_io).
///
/// ```
/// use retry_runtime::is_transient;
///
/// let error = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
/// assert!(is_transient(&error.context("while paying")).is_transient());
/// assert!(is_transient(&anyhow::anyhow!("no such account")).is_permanent());
/// ```
pub fn is_transient<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| {
        let known = |link| TECHNOLOGIES.iter().copied().flatten().find_map(|judge| judge(link));
        chain::links(outermost).find_map(known).unwrap_or(Verdict::PERMANENT)
    })
}
