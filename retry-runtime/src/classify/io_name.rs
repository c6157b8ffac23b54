//! What I/O errors are counted as.

use std::io::{self, ErrorKind};

use crate::{CircuitOpen, Classify, elapsed::TIMEOUT};

/// The kind, in a word.
pub(crate) fn name(error: &io::Error) -> &'static str {
    if let Some(open) = error.get_ref().and_then(|inner| inner.downcast_ref::<CircuitOpen>()) {
        return open.error_type();
    }
    match error.kind() {
        ErrorKind::TimedOut => TIMEOUT,
        ErrorKind::ConnectionRefused => "connection_refused",
        ErrorKind::ConnectionReset => "connection_reset",
        ErrorKind::ConnectionAborted => "connection_aborted",
        ErrorKind::NotConnected => "not_connected",
        ErrorKind::BrokenPipe => "broken_pipe",
        ErrorKind::UnexpectedEof => "unexpected_eof",
        ErrorKind::HostUnreachable => "host_unreachable",
        ErrorKind::NetworkUnreachable => "network_unreachable",
        ErrorKind::NetworkDown => "network_down",
        ErrorKind::AddrInUse => "addr_in_use",
        ErrorKind::AddrNotAvailable => "addr_not_available",
        ErrorKind::NotFound => "not_found",
        ErrorKind::PermissionDenied => "permission_denied",
        ErrorKind::AlreadyExists => "already_exists",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::WouldBlock => "would_block",
        ErrorKind::ResourceBusy => "resource_busy",
        ErrorKind::StorageFull => "storage_full",
        ErrorKind::InvalidInput => "invalid_input",
        ErrorKind::InvalidData => "invalid_data",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::OutOfMemory => "out_of_memory",
        _ => "io",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Elapsed;

    #[test]
    fn it_is_the_kind() {
        assert_eq!(name(&ErrorKind::ConnectionReset.into()), "connection_reset");
        assert_eq!(name(&io::Error::other("whatever it says")), "io");
    }

    #[test]
    fn an_attempt_that_a_limit_dropped_is_told_by_its_name() {
        let limit = Duration::from_secs(1);
        assert_eq!(name(&Elapsed::attempt(limit).into()), "timeout");
    }
}
