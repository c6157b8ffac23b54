//! A circuit that turns in one process turns in all.

use retry_tests::servers::Redis;

use crate::{
    fleet::{Process, until},
    scripts_run,
};

fn milliseconds(refusal: &str) -> Option<u64> {
    refusal.strip_prefix("refused ")?.parse().ok()
}

#[test]
fn it_opens_in_all_within_two_looks() {
    let server = Redis::start();
    let [one, other] = Process::fleet(&server.url());
    // From now on both look, and the server knows the script.
    assert_eq!([one.tell("call lake"), other.tell("call lake")], ["ok", "ok"]);
    until("both have looked", || scripts_run(&server) >= 2);

    // Counted in looks, for on a busy machine they take as long as they take.
    let before = scripts_run(&server);
    assert_eq!(one.tell("fail lake"), "down");
    let mut left = None;
    until("the other refuses calls", || {
        left = milliseconds(&other.tell("call lake"));
        left.is_some()
    });
    let looks = scripts_run(&server) - before;
    assert!(
        looks <= 6,
        "it is told at once, and heard by the next look, or the one after: {looks} looks of both"
    );
    let left = left.expect("it is open");
    assert!((590_000..=600_000).contains(&left), "what is left of ten minutes: {left} ms");
    assert_eq!(other.tell("state lake"), "open");
}

#[test]
fn a_process_that_comes_later_hears_of_it() {
    let server = Redis::start();
    let one = Process::start(&server.url());
    assert_eq!(one.tell("fail lake"), "down");
    let late = Process::start(&server.url());
    until("it refuses calls", || milliseconds(&late.tell("call lake")).is_some());
}

#[test]
fn whoever_resets_it_closes_it_for_all() {
    let server = Redis::start();
    let [one, other, third] = Process::fleet(&server.url());
    one.tell("fail lake");
    until("it is open for the other", || other.tell("state lake") == "open");
    // This one never heard that it opened.
    third.tell("reset lake");
    for process in [&one, &other, &third] {
        until("it is closed", || process.tell("call lake") == "ok");
    }
}

#[test]
fn where_its_probes_pass_it_closes_for_all() {
    let server = Redis::start();
    let [one, other] = Process::fleet(&server.url());
    one.tell("fail mail");
    until("it is open for the other", || other.tell("state mail") == "open");
    until("it may be tried", || other.tell("state mail") == "half-open");
    until("a probe passes", || one.tell("call mail") == "ok");
    // It makes no call itself.
    until("it is closed", || other.tell("state mail") == "closed");
}

#[test]
fn where_a_probe_fails_it_opens_for_all() {
    let server = Redis::start();
    let [one, other] = Process::fleet(&server.url());
    one.tell("fail mail");
    until("it is open for the other", || other.tell("state mail") == "open");
    until("it may be tried", || other.tell("state mail") == "half-open");
    until("a probe fails", || one.tell("fail mail") == "down");
    until("it is open again", || other.tell("state mail") == "open");
}
