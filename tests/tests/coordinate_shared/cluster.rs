//! In a Redis Cluster the keys of a guard are in one slot.

use retry_tests::{ports::Port, servers::Redis};

use crate::fleet::{Process, sum, until};

#[test]
fn guards_are_shared_through_a_cluster() {
    let bus = Port::reserve();
    let node = Redis::start_with(&["--cluster-enabled", "yes", "--cluster-port", &bus.number().to_string()]);
    let mut connection = redis::Client::open(node.url()).unwrap().get_connection().unwrap();
    let mut ask = |words: [&str; 2], further: &[&str]| -> redis::Value {
        redis::cmd(words[0]).arg(words[1]).arg(further).query(&mut connection).unwrap()
    };
    ask(["CLUSTER", "ADDSLOTSRANGE"], &["0", "16383"]);
    until("it serves", || format!("{:?}", ask(["CLUSTER", "INFO"], &[])).contains("cluster_state:ok"));

    let fleet = [(); 2].map(|()| Process::start_in_cluster(&node.url()));
    fleet[0].tell("fail lake");
    until("it is open for the other", || fleet[1].tell("state lake") == "open");

    let mut retries = 0;
    until("what they share is spent", || {
        retries += sum(&fleet, "retry reserve 5");
        retries >= 97
    });
    retries += sum(&fleet, "retry reserve 100");
    assert!(retries <= 102, "{retries} retries of 100, and one for each of two");
}
