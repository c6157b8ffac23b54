//! Ports of our own: nobody takes one while its server is down.

use std::{
    hash::{BuildHasher, RandomState},
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    ops::Range,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Below the ports that Linux gives to outgoing connections: a client that knocks at a server that is
/// down could be given the very port it knocks at, and then it talks to itself and the server cannot
/// come back.
const RANGE: Range<u16> = 10_000..32_000;

/// A TCP port of 127.0.0.1 that is reserved as long as this value lives, whether a server listens or not.
///
/// The reservation is the UDP port of the same number: it is in no server's way, holds among all
/// processes that run tests at the same time, and the kernel takes it back from one that is killed.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _reservation: UdpSocket,
}

impl Port {
    /// Reserves a port on which nobody listens.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn reserve() -> Self {
        // Every process starts its search elsewhere.
        static NEXT: LazyLock<AtomicU32> =
            LazyLock::new(|| AtomicU32::new((RandomState::new().hash_one(()) >> 40) as u32));

        RANGE
            .map(|_| NEXT.fetch_add(1, Ordering::Relaxed) % u32::from(RANGE.end - RANGE.start))
            .find_map(|offset| {
                let number = RANGE.start + u16::try_from(offset).ok()?;
                let reservation = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
                TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
                Some(Self { number, _reservation: reservation })
            })
            .expect("a free port on 127.0.0.1")
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// It, on 127.0.0.1.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.number).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_port_is_free_to_listen_on_and_given_to_nobody_else() {
        let port = Port::reserve();
        assert!(UdpSocket::bind(port.address()).is_err());
        drop(TcpListener::bind(port.address()).unwrap());
        TcpListener::bind(port.address()).unwrap();
    }
}
