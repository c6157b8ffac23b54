//! A thousand clients in four processes lose their server at the same moment.

use std::{fmt::Write as _, path::Path, process::Command, time::Duration};

use retry_tests::{servers::Redis, worker::Worker};

use crate::{
    alone,
    arrivals::{Arrivals, Lost},
    picture, worker,
};

const PROCESSES: usize = 4;
const CLIENTS: usize = 1_000;

/// What an even spread over ten slots of 100 ms would have in each 100 ms.
const EVEN: usize = CLIENTS / 10;

/// The most that may come within 100 ms: half as many again as evenly spread. The machine is small and busy; figures of
/// an idle one are below 1.2 times.
const BOUND: usize = EVEN * 3 / 2;

/// How the retries of a fleet arrive. A run during which this machine stood still says nothing of them: another is made.
fn arrivals(fleet: impl Fn() -> Vec<Worker>) -> Arrivals {
    const RUNS: usize = 5;
    const STILL: Duration = Duration::from_millis(30);
    let mut run = arrivals_once(fleet());
    for _ in 1..RUNS {
        if run.stood_still() < STILL {
            break;
        }
        println!("the machine stood still for {:?}: {} within 100 ms", run.stood_still(), run.peak());
        run = arrivals_once(fleet());
    }
    run
}

fn arrivals_once(mut fleet: Vec<Worker>) -> Arrivals {
    let server = Lost::with(CLIENTS);
    let address = server.address();
    for process in &mut fleet {
        process.say(&format!("herd {address} {}", CLIENTS / PROCESSES));
        process.hear("connected");
    }
    let arrivals = server.drop_all();
    for mut process in fleet {
        assert_eq!(process.hear("herd"), format!("{} 0", CLIENTS / PROCESSES), "every call succeeds");
        assert_eq!(process.count("WARN"), 0, "{}", process.all());
    }
    arrivals
}

fn fleet(coordinator: &[&str]) -> Vec<Worker> {
    (0..PROCESSES).map(|_| worker(coordinator)).collect()
}

#[test]
fn slots_spread_a_fleet_evenly_where_jitter_lets_it_clump() {
    let _alone = alone();
    let redis = Redis::start();
    let slots = arrivals(|| fleet(&["redis", &redis.url(), "--timeout", "2000"]));
    let jitter = arrivals_once(fleet(&["none"]));
    keep(&slots, &jitter);

    let figures = format!("{} with slots, {} with jitter alone, {EVEN} evenly", slots.peak(), jitter.peak());
    println!("highest load within 100 ms: {figures}");
    assert!(slots.peak() * 2 < jitter.peak(), "{figures}");
    assert!(slots.peak() <= BOUND, "{figures}");
}

#[test]
fn processes_whose_clocks_differ_by_five_minutes_share_slots() {
    let _alone = alone();
    let redis = Redis::start();
    let ahead = |_| {
        let mut command = Command::new("faketime");
        command.args([
            "-f",
            "+300s",
            env!("CARGO_BIN_EXE_cluster-worker"),
            "redis",
            &redis.url(),
            "--timeout",
            "2000",
        ]);
        Worker::start(&mut command)
    };
    let mixed = || {
        let mut fleet = fleet(&["redis", &redis.url(), "--timeout", "2000"]);
        fleet.truncate(PROCESSES / 2);
        fleet.extend((0..PROCESSES / 2).map(ahead));
        let clocks: Vec<u64> = fleet.iter_mut().map(clock).collect();
        assert!(clocks[PROCESSES - 1] - clocks[0] >= 300, "{clocks:?}");
        fleet
    };
    let peak = arrivals(mixed).peak();
    println!("highest load within 100 ms: {peak}, {EVEN} evenly");
    assert!(peak <= BOUND, "{peak} within 100 ms, {EVEN} evenly");
}

/// What a process takes the time to be, in seconds.
fn clock(process: &mut Worker) -> u64 {
    process.say("clock");
    process.hear("clock").parse().expect("seconds")
}

/// As figures, and as the picture of the documentation: copy it to `retry-runtime/docs/slots.svg`.
fn keep(slots: &Arrivals, jitter: &Arrivals) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut figures = "run,seconds\n".to_owned();
    for (run, arrivals) in [("slots", slots), ("jitter", jitter)] {
        for time in arrivals.times() {
            let _ = writeln!(figures, "{run},{:.6}", time.as_secs_f64());
        }
    }
    std::fs::write(directory.join("slots.csv"), figures).expect("the build's directory");
    let picture = picture::draw(slots, jitter).expect("it can be drawn");
    std::fs::write(directory.join("slots.svg"), picture).expect("the build's directory");
}
