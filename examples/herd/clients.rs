//! The clients: each is a task that calls at random times, all on tokio's paused clock, which jumps to whatever is due
//! next.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::{
    runtime,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    outcome::Outcome,
    process::Process,
    scenario::{CLIENTS_PER_PROCESS, MEAN_PAUSE, NORMAL_LOAD, whole},
    server::Server,
    strategies::Strategy,
    timeline::Timeline,
};

struct World {
    start: Instant,
    strategy: Strategy,
    server: Server,
    processes: Vec<Process>,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    calls: Timeline,
    failed: u64,
    under_way: u64,
}

/// Lets so many clients live through the outage.
pub(crate) fn run(strategy: Strategy, clients: usize) -> Outcome {
    let runtime = runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("it needs nothing of the system").block_on(simulate(strategy, clients))
}

async fn simulate(strategy: Strategy, clients: usize) -> Outcome {
    let start = Instant::now();
    let service_time = MEAN_PAUSE.mul_f64(NORMAL_LOAD).div_f64(clients as f64);
    let world = Arc::new(World {
        start,
        strategy,
        server: Server::new(start, service_time),
        processes: (0..clients.div_ceil(CLIENTS_PER_PROCESS)).map(|_| Process::new()).collect(),
        tally: Mutex::default(),
    });
    for number in 0..clients {
        tokio::spawn(client(number, Arc::clone(&world)));
    }
    sleep_until(start + whole().end).await;
    while world.tally().under_way > 0 {
        sleep(Duration::from_secs(1)).await;
    }
    let tally = mem::take(&mut *world.tally());
    let (requests, answers) = world.server.take_timelines();
    Outcome { clients, calls: tally.calls, failed: tally.failed, requests, answers }
}

/// Calls until the end, at random times that are the same in every run and for every strategy.
async fn client(number: usize, world: Arc<World>) {
    let mut rng = SmallRng::seed_from_u64(number as u64);
    let mut due = pause(&mut rng);
    while due < whole().end {
        sleep_until(world.start + due).await;
        tokio::spawn(call(number, Arc::clone(&world)));
        due += pause(&mut rng);
    }
}

/// The time between events that know nothing of each other: distributed exponentially.
fn pause(rng: &mut SmallRng) -> Duration {
    MEAN_PAUSE.mul_f64(-(1.0 - rng.random::<f64>()).ln())
}

async fn call(client: usize, world: Arc<World>) {
    world.tally().begins(world.start.elapsed());
    let process = &world.processes[client / CLIENTS_PER_PROCESS];
    let answer = world.strategy.call(&world.server, process).await;
    world.tally().ends(answer.is_ok());
}

impl World {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn begins(&mut self, at: Duration) {
        self.calls.count(at);
        self.under_way += 1;
    }

    fn ends(&mut self, is_answered: bool) {
        self.under_way -= 1;
        self.failed += u64::from(!is_answered);
    }
}
