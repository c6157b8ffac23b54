//! A recorder that is installed for all threads, which a process can do once: one test, in order.
#![deny(warnings, clippy::all)]

#[path = "../metrics/exposition.rs"]
#[expect(dead_code, reason = "what other tests of metrics ask of a scrape")]
mod exposition;
mod noting;

use std::{
    sync::{Barrier, mpsc},
    thread,
    time::Duration,
};

use exposition::{
    Scrape,
    expected::{budget, circuit, operation},
    scraped,
};
use noting::Noting;
use retry_runtime::{CircuitBreaker, RetryBudget, RetryPolicy, retry};
use retry_tests::{Failure, Flaky};

const POLICY: RetryPolicy = RetryPolicy::DEFAULT.with_max_attempts(2).with_initial_delay(Duration::ZERO);
const FAILURE: &str = "retry_tests::Failure";

static API: RetryBudget = RetryBudget::token_bucket("api").with_capacity(100);
static LAKE: CircuitBreaker = CircuitBreaker::new("lake").with_consecutive_failures(2);

#[retry(policy = POLICY, service = "billing")]
fn charge(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

trait Named {
    const NAME: &'static str;
}

struct Mail;

impl Named for Mail {
    const NAME: &'static str = "mail";
}

#[retry(policy = POLICY, operation = N::NAME)]
fn generic<N: Named>(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call()
}

#[retry(policy = POLICY, budget = API, circuit_breaker = LAKE)]
fn guarded(flaky: &Flaky) -> std::io::Result<u32> {
    flaky.call().map_err(std::io::Error::other)
}

/// Touches every kind of handle: three calls that succeed at once, one that recovers, one that is given up.
fn each(times: u32) {
    for _ in 0..times {
        for failures in [0, 0, 0, 1, 2] {
            let _ = charge(&Flaky::failing(failures));
            let _ = generic::<Mail>(&Flaky::failing(failures));
            let flaky = Flaky::failing(failures);
            let _ = POLICY.call(|| flaky.call()).operation("called").run();
            let flaky = Flaky::failing(failures);
            let _ = POLICY.call(|| flaky.call()).operation("called").service("billing").run();
        }
    }
}

/// What that counts is there.
#[track_caller]
fn assert_counted(scrape: &Scrape, times: u32) {
    let names = [("billing", "charge"), ("", "mail"), ("", "called"), ("billing", "called")];
    scrape.assert_holds(names.map(|(service, name)| {
        operation(service, name)
            .attempts([("1", 5 * times), ("2", 2 * times)])
            .succeeded("1", 3 * times)
            .succeeded("2", times)
            .gave_up(FAILURE, "attempts exhausted", times)
            .delayed(vec![0.0; 2 * times as usize])
            .took_real_time(5 * times)
    }));
}

#[test]
fn a_recorder_that_is_installed_late_counts_from_then_on() {
    // Nobody counts yet, but all is touched: by this thread, and by one that lives on.
    let (tell, told) = mpsc::channel::<u32>();
    let (done, finished) = mpsc::channel();
    let worker = thread::spawn(move || {
        for times in told {
            each(times);
            done.send(()).unwrap();
        }
    });
    let run = |times| {
        tell.send(times).unwrap();
        finished.recv().unwrap();
    };
    each(3);
    run(3);
    assert!(guarded(&Flaky::failing(0)).is_ok());

    // A recorder of this thread's before there is one for all.
    let scrape = scraped(|| each(2));
    assert_counted(&scrape, 2);
    run(1);

    let global = Noting::install();
    assert_eq!(global.scrape().len(), 0, "what was touched before is not there");
    assert_eq!(global.descriptions(), [""; 0]);

    // What was touched is alive, on both threads.
    each(1);
    assert_counted(&global.scrape(), 1);
    run(2);
    assert_counted(&global.scrape(), 3);

    // Guards that were used before show themselves.
    assert!(guarded(&Flaky::failing(0)).is_ok());
    assert!(guarded(&Flaky::failing(0)).is_ok());
    global.scrape().assert_holds([budget("api").holds(100)]);
    assert!(guarded(&Flaky::failing(2)).is_err());
    global.scrape().assert_holds([
        circuit("lake", "open").turned("open", 1),
        budget("api").holds(86),
        operation("", "guarded")
            .attempts([("1", 3), ("2", 1)])
            .succeeded("1", 2)
            .gave_up("io", "attempts exhausted", 1)
            .delayed([0.0])
            .took_real_time(3),
    ]);

    // A recorder of one thread takes what happens on it, and then all is as before.
    for times in [1, 4, 2] {
        let scrape = scraped(|| {
            each(times);
            let inner = scraped(|| each(1));
            assert_counted(&inner, 1);
            run(1);
        });
        assert_counted(&scrape, times);
    }
    assert_counted(&global.scrape(), 6);
    each(1);
    assert_counted(&global.scrape(), 7);

    // Many threads at once, some of them with recorders of their own.
    const THREADS: u32 = 8;
    let start = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                each(50);
                if number % 2 == 0 {
                    assert_counted(&scraped(|| each(25)), 25);
                }
                each(50);
            });
        }
    });
    assert_counted(&global.scrape(), 7 + 100 * THREADS);

    // All of this described each metric once.
    let mut descriptions = global.descriptions();
    descriptions.sort_unstable();
    assert_eq!(
        descriptions,
        [
            "retry_attempts_total",
            "retry_budget_rejected_total",
            "retry_budget_tokens",
            "retry_circuit_state",
            "retry_circuit_transitions_total",
            "retry_coordinator_failures_total",
            "retry_coordinator_up",
            "retry_delay_seconds",
            "retry_duration_seconds",
            "retry_failure_total",
            "retry_idempotency_total",
            "retry_nested_total",
            "retry_slot_delay_seconds",
            "retry_success_total",
        ]
    );

    // And asked for the handles of a call that succeeds at once no more than once.
    let before = global.registered();
    for _ in 0..100 {
        assert!(charge(&Flaky::failing(0)).is_ok());
        assert!(generic::<Mail>(&Flaky::failing(0)).is_ok());
        assert!(POLICY.call(|| Flaky::failing(0).call()).operation("called").run().is_ok());
    }
    assert_eq!(global.registered(), before);
    drop(tell);
    worker.join().unwrap();
}
