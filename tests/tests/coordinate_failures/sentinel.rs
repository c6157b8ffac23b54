//! A master and its replica, watched by a Sentinel.

use retry_tests::servers::{Sentinel, Server};

use crate::{has_slots, member::Member, wait_until};

fn survives(fault: impl FnOnce(&Server), mend: impl FnOnce(&Server)) {
    let servers = Sentinel::start();
    let mut member = Member::calling(&["sentinel", &servers.url(), servers.name()]);
    let old = servers.master();
    wait_until("slots are reserved", || has_slots(old));
    fault(old);
    member.warned(1);
    member.goes_on();
    servers.wait_for_failover(old);
    member.recovered(1);
    wait_until("slots are reserved in the new one", || has_slots(servers.master()));
    mend(old);
    servers.wait_until_whole();
    member.goes_on();
    wait_until("slots are reserved in the new one", || has_slots(servers.master()));
    // Shown where the test fails: a Sentinel on a busy machine may have made two failovers of one.
    println!("{}", servers.log());
    member.is_well(1);
}

#[test]
fn the_replica_of_a_master_that_is_killed_takes_its_place() {
    survives(Server::kill, Server::restart);
}

/// The old one's connections never end: they are not waited for.
#[test]
fn the_replica_of_a_master_that_is_paused_takes_its_place() {
    survives(Server::pause, Server::resume);
}
