//! Calls in every shape, timed.

use std::{
    fmt,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use retry_tests::Failure;
use tokio::runtime::{Builder, Handle};

use crate::operations;

/// What came of calls. Shown as how many there were, how many failed, and the milliseconds of the slowest.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    made: AtomicU64,
    failed: AtomicU64,
    slowest: AtomicU64,
}

impl Tally {
    fn count(&self, outcome: &Result<u32, Failure>, took: Duration) {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.failed.fetch_add(u64::from(outcome.is_err()), Ordering::Relaxed);
        self.slowest.fetch_max(u64::try_from(took.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [made, failed, slowest] =
            [&self.made, &self.failed, &self.slowest].map(|number| number.load(Ordering::Relaxed));
        write!(f, "{made} {failed} {slowest}")
    }
}

/// Callers that call all the time.
#[derive(Debug, Default)]
pub(crate) struct Load {
    tally: Arc<Tally>,
    is_over: Arc<AtomicBool>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    pub(crate) fn start(&mut self, shape: &str, callers: usize) {
        for caller in 0..callers {
            let (tally, is_over, call) = (self.tally.clone(), self.is_over.clone(), caller_of(shape));
            self.callers.push(thread::spawn(move || {
                for operation in caller.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    timed(&tally, &*call, operation);
                }
            }));
        }
    }

    pub(crate) fn so_far(&self) -> &Tally {
        &self.tally
    }

    pub(crate) fn stop(self) -> Arc<Tally> {
        self.is_over.store(true, Ordering::Relaxed);
        for caller in self.callers {
            caller.join().expect("no call panics");
        }
        self.tally
    }
}

/// Calls one operation so many times at the same moment.
pub(crate) fn once(shape: &str, callers: usize, operation: usize) -> Arc<Tally> {
    let (tally, start) = (Arc::<Tally>::default(), Barrier::new(callers));
    thread::scope(|threads| {
        for _ in 0..callers {
            let (call, tally, start) = (caller_of(shape), &tally, &start);
            threads.spawn(move || {
                start.wait();
                timed(tally, &*call, operation);
            });
        }
    });
    tally
}

fn timed(tally: &Tally, call: &dyn Fn(usize) -> Result<u32, Failure>, operation: usize) {
    let start = Instant::now();
    let outcome = call(operation);
    tally.count(&outcome, start.elapsed());
}

type Call = Box<dyn Fn(usize) -> Result<u32, Failure> + Send>;

/// A caller of this shape, for a thread of its own.
fn caller_of(shape: &str) -> Call {
    match shape {
        "blocking" => Box::new(operations::blocking),
        "without-runtime" => Box::new(operations::without_runtime),
        "multi-thread" => {
            let runtime = handle();
            Box::new(move |operation| {
                let call = runtime.spawn(operations::on_tokio(operation));
                runtime.block_on(call).expect("no call panics")
            })
        }
        "current-thread" => {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            Box::new(move |operation| runtime.block_on(operations::on_tokio(operation)))
        }
        other => panic!("no such shape: {other}"),
    }
}

/// That of the whole program.
fn handle() -> Handle {
    static HANDLE: std::sync::OnceLock<Handle> = std::sync::OnceLock::new();
    HANDLE.get_or_init(Handle::current).clone()
}
