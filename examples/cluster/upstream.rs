//! The server that the fleet calls.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// It ends with the program.
pub(crate) struct Upstream {
    address: SocketAddr,
    seen: Arc<Seen>,
}

struct Seen {
    log: Mutex<Log>,
    is_lost: Notify,
    /// How many calls are lost together, before all others are answered.
    lost: usize,
}

#[derive(Default)]
struct Log {
    waiting: usize,
    lost_at: Option<Instant>,
    returns: Vec<Duration>,
    charges: u32,
}

impl Upstream {
    /// Keeps the first `lost` calls waiting until all of them are there, then hangs up on them.
    pub(crate) async fn losing(lost: usize) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen { log: Mutex::default(), is_lost: Notify::new(), lost });
        let of_server = seen.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let seen = of_server.clone();
                tokio::spawn(async move { seen.serve(connection).await });
            }
        });
        Ok(Self { address, seen })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// When calls came after the others were lost.
    pub(crate) fn returns(&self) -> Vec<Duration> {
        self.seen.log().returns.clone()
    }

    /// How many orders were charged, however often each.
    pub(crate) fn charges(&self) -> u32 {
        self.seen.log().charges
    }
}

impl Seen {
    async fn serve(&self, mut connection: TcpStream) -> io::Result<()> {
        let mut question = String::new();
        connection.read_to_string(&mut question).await?;
        if question.starts_with("charge") {
            self.log().charges += 1;
        } else if self.is_first_attempt() {
            let lost = self.is_lost.notified();
            self.lose_if_all_are_there();
            lost.await;
            return Ok(());
        }
        connection.write_all(b"done").await
    }

    fn is_first_attempt(&self) -> bool {
        let mut log = self.log();
        if let Some(lost_at) = log.lost_at {
            log.returns.push(lost_at.elapsed());
        }
        log.lost_at.is_none()
    }

    fn lose_if_all_are_there(&self) {
        let mut log = self.log();
        log.waiting += 1;
        if log.waiting == self.lost {
            log.lost_at = Some(Instant::now());
            self.is_lost.notify_waiters();
        }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
