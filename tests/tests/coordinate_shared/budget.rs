//! All processes together make as many retries as the budget allows, and no more.

use std::time::Instant;

use retry_tests::servers::Redis;

use crate::{
    fleet::{Process, sum, until},
    members, scripts_run,
};

/// Processes that Redis has granted something.
fn fleet<const N: usize>(server: &Redis, budget: &str) -> [Process; N] {
    let fleet = Process::fleet(&server.url());
    sum(&fleet, &format!("succeed {budget} 1"));
    until("they are known", || members(server) == N);
    // Who asks again has had an answer.
    let before = scripts_run(server);
    until("they were answered", || scripts_run(server) >= before + 2 * N as u64);
    fleet
}

/// Lets the processes fail until they have made so many retries together; gives what they made.
fn spend(fleet: &[Process], budget: &str, at_least: u32) -> u32 {
    let mut retries = 0;
    until(&format!("{at_least} retries of `{budget}`"), || {
        retries += sum(fleet, &format!("retry {budget} 5"));
        retries >= at_least
    });
    retries
}

/// Lets them fail for as long as it takes to ask for more several times over.
fn insist(server: &Redis, fleet: &[Process], budget: &str) -> u32 {
    let before = scripts_run(server);
    let mut retries = 0;
    until("they asked for more", || {
        retries += sum(fleet, &format!("retry {budget} 2"));
        scripts_run(server) > before + 20
    });
    retries
}

#[test]
fn four_processes_spend_what_one_may() {
    let server = Redis::start();
    let fleet: [Process; 4] = fleet(&server, "reserve");
    let retries = spend(&fleet, "reserve", 97) + insist(&server, &fleet, "reserve");
    assert!(retries <= 100, "{retries} retries of 100");
    until("they know what is left", || {
        fleet.iter().all(|one| one.number("balance reserve") == 100 - retries)
    });
}

#[test]
fn what_was_spent_comes_back_with_the_window() {
    let server = Redis::start();
    let fleet: [Process; 2] = fleet(&server, "brief");
    let start = Instant::now();
    let retries = spend(&fleet, "brief", 80);
    // No window of a second, of those that follow each other, has more than twenty.
    let windows = start.elapsed().as_millis().div_ceil(1_000) + 1;
    assert!(u128::from(retries) <= 20 * windows, "{retries} retries in {windows} windows");
}

#[test]
fn who_was_never_answered_makes_one_retry_which_is_charged() {
    let server = Redis::start();
    let fleet: [Process; 4] = Process::fleet(&server.url());
    let retries = spend(&fleet, "reserve", 97) + insist(&server, &fleet, "reserve");
    assert!(retries <= 104, "{retries} retries of 100, and one for each of four");
}

#[test]
fn one_alone_spends_nearly_all() {
    let server = Redis::start();
    let fleet: [Process; 4] = fleet(&server, "reserve");
    let one = &fleet[..1];
    let retries = spend(one, "reserve", 90) + insist(&server, one, "reserve");
    assert!(retries <= 100, "{retries} retries of 100");
}

#[test]
fn who_dies_takes_with_it_what_it_held() {
    let server = Redis::start();
    let [victim, one, other] = fleet(&server, "reserve");
    let mut retries = victim.number("retry reserve 8");
    victim.kill();
    let rest = [one, other];
    // It held its share, and was about to be granted a part of the rest.
    retries += spend(&rest, "reserve", 50) + insist(&server, &rest, "reserve");
    assert!(retries <= 100, "{retries} retries of 100");
}

#[test]
fn calls_of_all_bring_retries_that_one_may_make() {
    let server = Redis::start();
    let fleet: [Process; 3] = fleet(&server, "ratio");
    sum(&fleet, "succeed ratio 100");
    until("all calls are known", || {
        fleet[0].tell("succeed ratio 1");
        fleet[0].number("balance ratio") >= 150
    });
    // By its own calls alone it would have little more than fifty.
    spend(&fleet[..1], "ratio", 120);
}

#[test]
fn a_bucket_is_drained_by_all_and_filled_by_any() {
    let server = Redis::start();
    let fleet: [Process; 4] = fleet(&server, "bucket");
    let drained = spend(&fleet, "bucket", 10) + insist(&server, &fleet, "bucket");
    assert_eq!(drained, 10, "a hundred tokens, ten for each");
    fleet[0].tell("succeed bucket 30");
    let other = &fleet[1..2];
    let refilled = spend(other, "bucket", 3) + insist(&server, other, "bucket");
    assert_eq!(refilled, 3, "thirty tokens, ten for each");
}
