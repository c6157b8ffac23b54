//! AMQP 0-9-1: what a broker says when it closes a channel or a connection, and the errors of lapin.

use std::error::Error;

use lapin::{ErrorKind, protocol::AMQPError};

use super::{
    ErrorChain, IntoVerdict, Verdict,
    chain::{self, Judge},
    io,
};

/// What knows AMQP, and what is below it.
pub(super) const JUDGES: &[Judge] = &[judge, io::judge];

/// The reply codes that may pass: AMQP 0-9-1 §1.2, quoted. Every other is permanent.
const PASSING: [(u16, Verdict); 5] = [
    (311, Verdict::TRANSIENT), // CONTENT-TOO-LARGE: "at the present time. The client may retry at a later time"
    (320, Verdict::TRANSIENT), // CONNECTION-FORCED: "The client may retry at some later date"
    (405, Verdict::TRANSIENT), // RESOURCE-LOCKED: "because another client is working with it": our choice
    (506, Verdict::THROTTLED), // RESOURCE-ERROR: "it lacked sufficient resources": our choice
    (541, Verdict::TRANSIENT), // INTERNAL-ERROR: RabbitMQ's word too for a virtual host that is not up yet
];

/// Whether an AMQP error may pass.
///
/// | verdict | reply codes | errors of the client |
/// |---|---|---|
/// | throttled | 506 RESOURCE-ERROR | |
/// | transient | 311 CONTENT-TOO-LARGE, 320 CONNECTION-FORCED, 405 RESOURCE-LOCKED, 541 INTERNAL-ERROR | not resolved, not reached, reset, closed by the peer, no heartbeat, a channel or connection that is not open any more, no channel number left |
/// | permanent | every other, 402, 403, 404, 406, 501 to 505, 530 and 540 among them | a wrong URI, a certificate that is not trusted, a peer that does not speak AMQP 0-9-1, a message that cannot be encoded, credentials that cannot be had, a runtime that shuts down |
///
/// Reply codes: AMQP 0-9-1 specification §1.2, and what `RabbitMQ` uses them for. I/O errors as in
/// [`is_transient_io`](crate::is_transient_io).
///
/// Takes `lapin::Error`, its `AMQPError`, and any error that has one of them or a `std::io::Error` among its
/// causes. What has none is permanent. It knows lapin 4: the errors of another version look like any unknown
/// error, and are permanent.
///
/// ```
/// use lapin::{Error, ErrorKind, protocol::{AMQPError, AMQPSoftError}};
/// use retry_runtime::is_transient_amqp;
///
/// let lost = Error::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
/// assert!(is_transient_amqp(&lost).is_transient());
///
/// let closed = AMQPError::new(AMQPSoftError::NOTFOUND.into(), "no exchange 'orders'".into());
/// assert!(is_transient_amqp(&Error::from(ErrorKind::ProtocolError(closed))).is_permanent());
/// ```
///
/// **A broken channel or connection stays broken.** An attempt on it fails with `InvalidChannelState` or
/// `InvalidConnectionState`, whatever broke it, a missing exchange (404) for one. That says nothing about the
/// request, which was not sent: it is transient, and passes once a new channel is there. So let go of the old one in
/// `before_retry`, and connect in the attempt: an error of `before_retry` would end the call.
///
/// ```
/// # use lapin::{Channel, Connection, ConnectionProperties, Confirmation, Error, options::*};
/// use retry_runtime::retry;
///
/// struct Publisher { uri: String, channel: Option<Channel> }
///
/// impl Publisher {
///     #[retry(
///         rabbitmq,
///         filter = retry_runtime::is_transient_amqp,
///         filter_ok = Confirmation::is_nack, // the broker could not take the message
///         before_retry = |_| self.hang_up(),
///     )]
///     async fn publish(&mut self, payload: &[u8]) -> Result<Confirmation, Error> {
///         let channel = self.channel().await?;
///         let options = BasicPublishOptions::default();
///         channel.basic_publish("".into(), "orders".into(), options, payload, Default::default()).await?.await
///     }
///
///     async fn hang_up(&mut self) {
///         self.channel = None;
///     }
///     # async fn channel(&mut self) -> Result<&Channel, Error> {
///     #     let connection = Connection::connect(&self.uri, ConnectionProperties::default());
///     #     Ok(self.channel.insert(connection.await?.create_channel().await?))
///     # }
/// }
/// ```
///
/// A channel that is shared shares its faults: what one call does wrong closes it, and lapin gives that error to all
/// calls under way on it. And a message whose confirmation was lost with the connection may have arrived: the
/// next attempt publishes it twice. Give it an id by which its consumers know it.
///
/// The field disagrees on some. 404 is also how a `RabbitMQ` cluster says that the node of a queue is down. 405
/// passes when the other client lets go of the queue, the one before a reconnect for one. 530 is also said to a
/// client beyond a limit on connections. To choose otherwise, look at the code:
///
/// ```
/// # use lapin::{Error, ErrorKind, protocol::{AMQPError, AMQPSoftError}};
/// use retry_runtime::{is_transient_amqp, retry};
///
/// fn is(code: u16, error: &Error) -> bool {
///     matches!(error.kind(), ErrorKind::ProtocolError(error) if error.get_id() == code)
/// }
///
/// #[retry(initial_delay = "0s", filter = |error| is_transient_amqp(error).or(is(404, error)))]
/// fn declare(attempts: &mut u32) -> Result<(), Error> {
///     *attempts += 1;
///     # let closed = AMQPError::new(AMQPSoftError::NOTFOUND.into(), "the node of the queue is down".into());
///     Err(ErrorKind::ProtocolError(closed).into())
/// }
///
/// let mut attempts = 0;
/// assert!(declare(&mut attempts).is_err());
/// assert_eq!(attempts, 3);
/// ```
pub fn is_transient_amqp<E, M>(error: &E) -> Verdict
where
    E: ErrorChain<M> + ?Sized,
{
    error.look(|outermost| chain::judged_by(JUDGES, outermost))
}

fn judge(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(closed) = chain::held::<AMQPError>(error) {
        return Some(verdict(closed.get_id()));
    }
    judge_lapin(chain::held::<lapin::Error>(error)?.kind())
}

fn verdict(code: u16) -> Verdict {
    PASSING.iter().find(|(passing, _)| *passing == code).map_or(Verdict::PERMANENT, |(_, verdict)| *verdict)
}

fn judge_lapin(kind: &ErrorKind) -> Option<Verdict> {
    let passes = match kind {
        // Their causes are the `io::Error` and the `AMQPError`.
        ErrorKind::IOError(_) | ErrorKind::ProtocolError(_) => return None,

        ErrorKind::MissingHeartbeatError
        // Nothing was sent: the connection is gone or coming, and the channel with it.
        | ErrorKind::InvalidConnectionState(_)
        | ErrorKind::InvalidChannelState(..)
        | ErrorKind::InvalidChannel(_)
        // Until another channel of the connection is closed.
        | ErrorKind::ChannelsLimitReached => true,

        ErrorKind::AuthProviderError(_)
        | ErrorKind::FutureCompleted
        | ErrorKind::InvalidProtocolVersion(_)
        | ErrorKind::NoDefaultRuntime
        | ErrorKind::ParsingError(_)
        | ErrorKind::RuntimeShutdownError(_)
        | ErrorKind::SerialisationError(_)
        // One that a later lapin adds is not known to pass.
        | _ => false,
    };
    Some(passes.into_verdict())
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use lapin::{ChannelState, ConnectionState, protocol::AMQPErrorKind};

    use super::*;

    fn says(kind: ErrorKind) -> Verdict {
        is_transient_amqp(&lapin::Error::from(kind))
    }

    fn closed(code: u16) -> AMQPError {
        AMQPError::new(AMQPErrorKind::from_id(code).unwrap(), "closed".into())
    }

    #[test]
    fn every_reply_code_of_the_protocol_has_its_verdict() {
        let codes = || (0..=u16::MAX).filter(|&code| AMQPErrorKind::from_id(code).is_some());
        let judged = |code: &u16| says(ErrorKind::ProtocolError(closed(*code)));
        assert_eq!(codes().count(), 18);
        assert!(codes().filter(|code| judged(code).is_transient()).eq([311, 320, 405, 506, 541]));
        assert!(codes().filter(|code| judged(code).is_throttled()).eq([506]));
        assert!(codes().all(|code| is_transient_amqp(&closed(code)) == judged(&code)));
    }

    #[test]
    fn an_io_error_decides_by_its_kind_but_not_that_of_a_runtime_that_ends() {
        let reset = || Arc::new(io::Error::from(io::ErrorKind::ConnectionReset));
        assert_eq!(says(ErrorKind::IOError(reset())), Verdict::TRANSIENT);
        assert_eq!(says(ErrorKind::RuntimeShutdownError(reset())), Verdict::PERMANENT);
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(says(ErrorKind::IOError(Arc::new(denied))), Verdict::PERMANENT);
        let wrapped =
            anyhow::Error::from(lapin::Error::from(ErrorKind::IOError(reset()))).context("publishing");
        assert_eq!(is_transient_amqp(&wrapped), Verdict::TRANSIENT);
    }

    #[test]
    fn what_is_not_open_any_more_was_not_sent() {
        assert_eq!(says(ErrorKind::MissingHeartbeatError), Verdict::TRANSIENT);
        assert_eq!(says(ErrorKind::ChannelsLimitReached), Verdict::TRANSIENT);
        assert_eq!(says(ErrorKind::InvalidChannel(7)), Verdict::TRANSIENT);
        for state in [ConnectionState::Closed, ConnectionState::Error, ConnectionState::Reconnecting] {
            assert_eq!(says(ErrorKind::InvalidConnectionState(state)), Verdict::TRANSIENT, "{state:?}");
        }
        for state in [ChannelState::Closing, ChannelState::Closed, ChannelState::Error] {
            assert_eq!(
                says(ErrorKind::InvalidChannelState(state, "publish")),
                Verdict::TRANSIENT,
                "{state:?}"
            );
        }
    }

    #[test]
    fn what_the_program_does_wrong_is_permanent() {
        assert_eq!(says(ErrorKind::AuthProviderError("no token".to_owned())), Verdict::PERMANENT);
        assert_eq!(says(ErrorKind::FutureCompleted), Verdict::PERMANENT);
        assert_eq!(says(ErrorKind::NoDefaultRuntime), Verdict::PERMANENT);
    }
}
