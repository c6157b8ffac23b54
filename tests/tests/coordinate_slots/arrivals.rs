//! A server that is lost, and comes back at once: it notes when its clients do.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

/// When clients arrived, since they lost the server, in this order.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    times: Vec<Duration>,
    stood_still: Duration,
}

impl Arrivals {
    /// The most that arrived within any 100 ms.
    pub(crate) fn peak(&self) -> usize {
        const WINDOW: Duration = Duration::from_millis(100);
        let within = |(place, first): (usize, &Duration)| {
            self.times[place..].iter().take_while(|time| **time < *first + WINDOW).count()
        };
        self.times.iter().enumerate().map(within).max().unwrap_or(0)
    }

    pub(crate) fn times(&self) -> &[Duration] {
        &self.times
    }

    /// For how long nothing went on here meanwhile: the machine had other things to do. What should have come in that time
    /// came together after it.
    pub(crate) fn stood_still(&self) -> Duration {
        self.stood_still
    }
}

/// A server with clients that hold connections to it.
pub(crate) struct Lost {
    address: SocketAddr,
    drop_all: oneshot::Sender<()>,
    arrivals: JoinHandle<Arrivals>,
}

impl Lost {
    /// Lets `clients` connect, and forgets them when told to.
    pub(crate) fn with(clients: usize) -> Self {
        let (drop_all, dropped) = oneshot::channel();
        let (address_known, address) = mpsc::channel();
        let arrivals = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let listener = listen();
                address_known.send(listener.local_addr().expect("is bound")).expect("is awaited");
                let mut held = Vec::new();
                while held.len() < clients {
                    held.push(accept(&listener).await);
                }
                dropped.await.expect("the test goes on");
                let lost = Instant::now();
                let watch = Watch::default();
                let watching = tokio::spawn(watch.clone().look());
                drop(held);
                let (mut times, mut answers) = (Vec::new(), JoinSet::new());
                while times.len() < clients {
                    let client = accept(&listener).await;
                    times.push(lost.elapsed());
                    answers.spawn(answer(client));
                }
                answers.join_all().await;
                watching.abort();
                Arrivals { times, stood_still: watch.longest() }
            })
        });
        Self { address: address.recv().expect("it listens"), drop_all, arrivals }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// All clients lose their connections at this moment. Waits until they are back.
    pub(crate) fn drop_all(self) -> Arrivals {
        self.drop_all.send(()).expect("it waits for this");
        self.arrivals.join().expect("the server does not panic")
    }
}

/// Looks at the clock all the time, and notes for how long it could not.
#[derive(Clone, Default)]
struct Watch(Arc<AtomicU64>);

impl Watch {
    async fn look(self) {
        const STEP: Duration = Duration::from_millis(5);
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(STEP).await;
            let gap = last.elapsed().saturating_sub(STEP);
            self.0.fetch_max(u64::try_from(gap.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            last = Instant::now();
        }
    }

    fn longest(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// With room for all clients at the same moment: the kernel lets others wait for a second.
fn listen() -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
    socket.listen(4096).expect("listens");
    socket.set_nonblocking(true).expect("a socket");
    TcpListener::from_std(socket.into()).expect("within a runtime")
}

async fn accept(listener: &TcpListener) -> TcpStream {
    listener.accept().await.expect("a client").0
}

async fn answer(mut client: TcpStream) {
    if client.read_u8().await.is_ok() {
        let _ = client.write_all(b"!").await;
    }
}
