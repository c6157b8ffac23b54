//! The errors of HTTP clients.

use std::{error::Error, io};

use http::StatusCode;
use hyper_util::client::legacy;

use super::super::{IntoVerdict, Verdict, chain};
use super::is_transient_http;
#[cfg(feature = "reqwest")]
use super::status;

pub(super) fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = chain::held(error) {
        return Some(match error {
            // Both are transparent: their errors are not among the causes.
            reqwest_middleware::Error::Reqwest(error) => is_transient_http(error),
            reqwest_middleware::Error::Middleware(error) => is_transient_http(error),
        });
    }
    #[cfg(feature = "reqwest")]
    if let Some(error) = chain::held::<reqwest::Error>(error) {
        return judge_reqwest(error);
    }
    if let Some(error) = chain::held::<legacy::Error>(error) {
        return if error.is_connect() { judge_connection(error) } else { None };
    }
    if let Some(error) = chain::held::<hyper::Error>(error) {
        return judge_hyper(error);
    }
    chain::held(error).map(judge_h2)
}

/// Whether the error says that its request never reached the server.
pub(in super::super) fn judge_connect(error: &(dyn Error + 'static)) -> Option<Verdict> {
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = chain::held(error) {
        return Some(match error {
            reqwest_middleware::Error::Reqwest(error) => crate::connect_only(error),
            reqwest_middleware::Error::Middleware(error) => crate::connect_only(error),
        });
    }
    #[cfg(feature = "reqwest")]
    if let Some(error) = chain::held::<reqwest::Error>(error) {
        return Some(match () {
            () if error.is_connect() => is_transient_http(error),
            // There was an answer already.
            () if error.is_body() || error.is_decode() => Verdict::PERMANENT,
            () => was_refused(error),
        });
    }
    if let Some(error) = chain::held::<legacy::Error>(error) {
        return Some(if error.is_connect() { is_transient_http(error) } else { was_refused(error) });
    }
    let is_http = chain::held::<hyper::Error>(error).is_some() || chain::held::<h2::Error>(error).is_some();
    is_http.then(|| was_refused(error))
}

/// Nothing else among the causes of a request that was sent says that nobody looked at it: an I/O error may be that
/// of the request's own body.
fn was_refused(error: &(dyn Error + 'static)) -> Verdict {
    let is_refused = |error: &h2::Error| error.reason() == Some(h2::Reason::REFUSED_STREAM);
    chain::causes(error).any(is_refused).into_verdict()
}

/// The status that a client's error carries.
pub(super) fn status(error: &(dyn Error + 'static)) -> Option<StatusCode> {
    #[cfg(feature = "reqwest")]
    return chain::held::<reqwest::Error>(error)?.status();
    #[cfg(not(feature = "reqwest"))]
    {
        let _ = error;
        None
    }
}

#[cfg(feature = "reqwest")]
fn judge_reqwest(error: &reqwest::Error) -> Option<Verdict> {
    if let Some(status) = error.status() {
        return Some(status::verdict(status, None));
    }
    if error.is_timeout() || error.is_dns() {
        return Some(Verdict::TRANSIENT);
    }
    if error.is_connect() {
        return judge_connection(error);
    }
    // A body that was cut short is one that cannot be decoded, too; but then hyper says so.
    let is_value = error.is_decode() && chain::causes::<hyper::Error>(error).next().is_none();
    (error.is_redirect() || is_value).then_some(Verdict::PERMANENT)
}

/// How hyper-util shows that no port was free on the address that the user asked for: for good, it is not this
/// machine's.
const NOT_OURS: &str = "tcp bind local error";

/// How hyper-util shows a proxy that could not, or did not, reach the server. (A proxy that wants a password says so,
/// and is told apart.) Its types are private.
const NO_TUNNEL: [&str; 2] = ["tunnel error: unsuccessful", "tunnel error: unexpected end of file"];

/// No connection came about. `None`: the causes tell a certificate that is not trusted, which is an error of this kind
/// too, from the rest.
fn judge_connection(error: &(dyn Error + 'static)) -> Option<Verdict> {
    let is_shown = |texts: &[&str]| {
        chain::links(error).any(|link| texts.iter().any(|text| link.to_string().starts_with(text)))
    };
    let is_kind = |kind| chain::causes(error).any(|error: &io::Error| error.kind() == kind);
    // Of a Unix socket: its server is not there yet.
    let is_gone = is_kind(io::ErrorKind::NotFound);
    let had_no_port = is_kind(io::ErrorKind::AddrNotAvailable) && !is_shown(&[NOT_OURS]);
    (is_gone || had_no_port || is_shown(&NO_TUNNEL)).then_some(Verdict::TRANSIENT)
}

/// The connection ended before the message did, or went silent.
fn judge_hyper(error: &hyper::Error) -> Option<Verdict> {
    if error.is_parse() || error.is_user() {
        return Some(Verdict::PERMANENT);
    }
    let passes =
        error.is_incomplete_message() || error.is_canceled() || error.is_closed() || error.is_timeout();
    passes.then_some(Verdict::TRANSIENT)
}

/// HTTP/2 codes: RFC 9113 §7.
fn judge_h2(error: &h2::Error) -> Verdict {
    match error.reason() {
        Some(h2::Reason::ENHANCE_YOUR_CALM) => Verdict::THROTTLED,
        Some(h2::Reason::REFUSED_STREAM | h2::Reason::INTERNAL_ERROR) => Verdict::TRANSIENT,
        Some(h2::Reason::NO_ERROR) => error.is_go_away().into_verdict(),
        Some(_) => Verdict::PERMANENT,
        None => error.get_io().map_or(Verdict::PERMANENT, crate::is_transient_io),
    }
}
