//! A success costs no round trip.

use retry_tests::servers::Redis;

use crate::{
    fleet::{Process, until},
    scripts_run,
};

#[test]
fn successes_ask_nothing() {
    let server = Redis::start();
    let process = Process::start(&server.url());
    assert_eq!(process.tell("call lake"), "ok");
    assert_eq!(process.tell("succeed ratio 1"), "0");
    until("it was asked for both", || scripts_run(&server) >= 2);

    let (before, mut calls) = (scripts_run(&server), 0_u64);
    // As many calls as take several looks.
    until("it was asked again", || {
        for _ in 0..100 {
            process.tell("call lake");
        }
        process.tell("succeed ratio 10000");
        calls += 10_100;
        scripts_run(&server) > before + 3
    });
    let asked = scripts_run(&server) - before;
    assert!(asked * 100 < calls, "{asked} questions for {calls} calls");
}

#[test]
fn nobody_asks_where_nobody_calls() {
    let server = Redis::start();
    let process = Process::start(&server.url());
    assert_eq!(process.tell("call lake"), "ok");
    let mut last = 0;
    // Between any two there is time for five looks.
    until("it rests", || {
        std::thread::sleep(std::time::Duration::from_secs(1));
        let now = scripts_run(&server);
        now > 0 && std::mem::replace(&mut last, now) == now
    });
    assert_eq!(process.tell("call lake"), "ok");
    until("a call wakes it", || scripts_run(&server) > last);
}
