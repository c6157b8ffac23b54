//! Three masters of a Cluster.

use retry_tests::servers::{RedisCluster, Server};

use crate::{has_slots, member::Member, wait_until};

fn calling(cluster: &RedisCluster) -> Member {
    let urls = cluster.urls();
    let mut arguments = vec!["cluster"];
    arguments.extend(urls.iter().map(String::as_str));
    let member = Member::calling(&arguments);
    // Twelve operations, some on each node.
    wait_until("slots are reserved on all", || cluster.masters().iter().all(has_slots));
    member
}

fn others_go_on(fault: impl FnOnce(&Server), mend: impl FnOnce(&Server)) {
    let cluster = RedisCluster::start();
    let mut member = calling(&cluster);
    let [one, others @ ..] = cluster.masters() else { panic!("three masters") };
    fault(one);
    member.warned(1);
    member.goes_on();
    for other in others {
        // What was reserved before; and the scripts, which must be brought there again.
        other.tell("FLUSHALL").expect("it answers");
        other.tell("SCRIPT FLUSH").expect("it answers");
        wait_until("slots are reserved on the others", || has_slots(other));
    }
    mend(one);
    one.wait_until_ready();
    member.recovered(1);
    cluster.wait_until_whole();
    wait_until("slots are reserved on it again", || has_slots(one));
    member.goes_on();
    member.is_well(1);
}

#[test]
fn operations_on_the_others_are_coordinated_while_a_node_is_dead() {
    others_go_on(Server::kill, Server::start_again);
}

#[test]
fn operations_on_the_others_are_coordinated_while_a_node_is_paused() {
    others_go_on(Server::pause, Server::resume);
}

#[test]
fn the_replica_of_a_node_that_is_killed_takes_its_place() {
    let cluster = RedisCluster::start_with_replicas();
    let mut member = calling(&cluster);
    let one = &cluster.masters()[0];
    one.kill();
    member.warned(1);
    // By itself: one of those that were replicas is a master now.
    member.recovered(1);
    let is_master = |node: &retry_tests::servers::Redis| {
        node.tell("ROLE").is_ok_and(|role| role.contains("master")) && has_slots(node)
    };
    wait_until("slots are reserved on three", || cluster.nodes().filter(|node| is_master(node)).count() == 3);
    one.restart();
    cluster.wait_until_whole();
    member.goes_on();
    member.is_well(1);
}
