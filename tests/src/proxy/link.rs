//! One connection through the proxy: two sockets, and the threads that pump from each to the other.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::Duration,
};

use socket2::SockRef;

use super::{Mode, Shared, State};

/// What has become of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Closed,
    Reset,
}

/// The two sockets of a connection.
#[derive(Debug)]
pub(super) struct Link {
    client: TcpStream,
    server: TcpStream,
    fate: AtomicU8,
}

impl Link {
    pub(super) fn new(client: TcpStream, server: TcpStream) -> Self {
        for socket in [&client, &server] {
            let _ = socket.set_nodelay(true);
            // Who does not read must not keep us from noticing that the connection has ended.
            let _ = socket.set_write_timeout(Some(Duration::from_millis(20)));
        }
        Self { client, server, fate: AtomicU8::new(Fate::Open as u8) }
    }

    pub(super) fn fate(&self) -> Fate {
        match self.fate.load(Ordering::SeqCst) {
            fate if fate == Fate::Open as u8 => Fate::Open,
            fate if fate == Fate::Closed as u8 => Fate::Closed,
            _ => Fate::Reset,
        }
    }

    /// Ends both sides, unless that has been done. The sockets close when the pumps have noticed.
    pub(super) fn end(&self, fate: Fate) {
        let open = Fate::Open as u8;
        if self.fate.compare_exchange(open, fate as u8, Ordering::SeqCst, Ordering::SeqCst).is_err() {
            return;
        }
        for socket in [&self.client, &self.server] {
            // Either wakes the pump that reads there. The sides fail when the peer is gone: all the same.
            let _ = if fate == Fate::Reset {
                // Says nothing to the peer, who is to hear RST and not FIN.
                let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
                socket.shutdown(Shutdown::Read)
            } else {
                socket.shutdown(Shutdown::Both)
            };
        }
    }
}

/// Closes a connection with RST.
pub(super) fn reset(client: TcpStream) {
    let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
    drop(client);
}

/// Pumps in both directions until both have ended.
pub(super) fn pump(shared: &Shared, link: &Link) {
    thread::scope(|threads| {
        threads.spawn(|| forward(shared, link, [&link.client, &link.server], None));
        forward(shared, link, [&link.server, &link.client], Some(Meter::default()));
    });
}

fn forward(shared: &Shared, link: &Link, [mut from, to]: [&TcpStream; 2], mut meter: Option<Meter>) {
    let mut buffer = [0; 16 * 1024];
    // What is left unread when a socket closes turns its FIN into RST. A peer that never falls silent
    // cannot be heard to the end, though.
    let mut unheard = 1024 * 1024_usize;
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(fault) if fault.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return shared.end(link, Fate::Reset),
        };
        let state = shared.state_after_stall(link);
        match link.fate() {
            Fate::Open => {}
            Fate::Closed if unheard > length => {
                unheard -= length;
                continue;
            }
            Fate::Closed | Fate::Reset => return,
        }
        let (allowed, cut) = meter.as_mut().map_or((length, false), |meter| meter.allow(state, length));
        if send(link, to, &buffer[..allowed]).is_err() {
            shared.end(link, Fate::Reset);
        } else if cut {
            shared.end(link, Fate::Closed);
        }
    }
    shared.state_after_stall(link);
    if link.fate() == Fate::Open {
        let _ = to.shutdown(Shutdown::Write);
    }
}

/// Sends all, or what can be sent until the connection ends.
fn send(link: &Link, mut to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() && link.fate() == Fate::Open {
        match to.write(bytes) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(fault) if is_pause(&fault) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

fn is_pause(fault: &io::Error) -> bool {
    matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Counts the answer's bytes, from when it was last decided where to cut it.
#[derive(Default)]
struct Meter {
    since: usize,
    passed: usize,
}

impl Meter {
    /// How many of the bytes may pass, and whether the cut comes after them.
    fn allow(&mut self, state: State, length: usize) -> (usize, bool) {
        let Mode::CutAfter(limit) = state.mode else { return (length, false) };
        if self.since != state.chosen {
            *self = Self { since: state.chosen, passed: 0 };
        }
        let allowed = length.min(limit - self.passed);
        self.passed += allowed;
        (allowed, self.passed == limit)
    }
}
