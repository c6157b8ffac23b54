//! A Redis that dies, and comes back without its data.

use retry_tests::servers::Redis;

use crate::{
    fleet::{Process, sum, until},
    scripts_run,
};

fn forgetful() -> Redis {
    Redis::start_with(&["--appendonly", "no"])
}

#[test]
fn without_redis_each_has_a_circuit_of_its_own_and_afterwards_they_share_it_again() {
    let server = forgetful();
    let [one, other] = Process::fleet(&server.url());
    one.tell("fail mail");
    until("it is open for the other", || other.tell("state mail") == "open");
    server.kill();
    until("it may be tried", || other.tell("state mail") == "half-open");
    assert_eq!(other.tell("call mail"), "ok", "its own probe");
    assert_eq!(other.tell("state mail"), "closed", "its own circuit");

    assert_eq!(one.tell("fail lake"), "down");
    assert!(one.tell("call lake").starts_with("refused"), "its own circuit");
    for _ in 0..500 {
        assert_eq!(other.tell("call lake"), "ok", "it cannot know");
    }
    server.restart();
    until("the other is told what happened meanwhile", || other.tell("call lake").starts_with("refused"));
}

#[test]
fn an_opening_that_redis_hears_of_late_is_over() {
    let server = Redis::start();
    let process = Process::start(&server.url());
    assert_eq!(process.tell("call mail"), "ok");
    until("it has had answers", || process.tell("call mail") == "ok" && scripts_run(&server) >= 3);

    // What it is told now it hears when it goes on.
    server.pause();
    assert_eq!(process.tell("fail mail"), "down");
    until("it may be tried", || process.tell("state mail") == "half-open");
    assert_eq!(process.tell("call mail"), "ok");
    server.resume();
    let before = scripts_run(&server);
    until("it has had answers again", || {
        assert_eq!(process.tell("call mail"), "ok");
        scripts_run(&server) > before + 3
    });
}

#[test]
fn without_redis_each_has_a_budget_of_its_own_and_afterwards_they_share_it_again() {
    let server = forgetful();
    let fleet: [Process; 2] = Process::fleet(&server.url());
    let mut shared = 0;
    until("what they share is spent", || {
        shared += sum(&fleet, "retry reserve 5");
        shared >= 97
    });
    assert!(shared <= 100, "{shared} retries of 100");

    server.kill();
    let mut own = 0;
    until("each spends a hundred in all", || {
        own += sum(&fleet, "retry reserve 5");
        shared + own == 200
    });
    assert_eq!(sum(&fleet, "retry reserve 50"), 0, "nothing is left");

    server.restart();
    let mut again = 0;
    // A full one, less what they held when it died, and used before they knew.
    until("they share one again", || {
        again += sum(&fleet, "retry reserve 5");
        again >= 50
    });
    for _ in 0..200 {
        again += sum(&fleet, "retry reserve 1");
    }
    assert!(again <= 100, "{again} retries of 100");
}

#[test]
fn one_that_never_found_redis_goes_by_its_own() {
    let server = Redis::start();
    let url = server.url();
    server.kill();
    let process = Process::start(&url);
    let mut retries = 0;
    until("it has all its own retries", || {
        retries += process.number("retry reserve 5");
        retries >= 100
    });
    // One was made on credit, before it knew.
    assert!(retries <= 101, "{retries} retries of 100");
    assert_eq!([process.tell("fail lake"), process.tell("state lake")], ["down", "open"]);
}
