//! Budgets and breakers that the processes of a fleet share, on real Redis servers.
#![deny(warnings, clippy::all)]

mod breaker;
mod budget;
mod cluster;
mod fleet;
mod gone;
mod paused;
mod round_trips;

use retry_tests::servers::Redis;

/// How many scripts the server has run.
fn scripts_run(server: &Redis) -> u64 {
    let mut connection = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let statistics: String = redis::cmd("INFO").arg("commandstats").query(&mut connection).unwrap();
    let after = statistics.split_once("cmdstat_evalsha:calls=").map_or("0,", |(_, after)| after);
    after.split(',').next().unwrap().parse().unwrap()
}

/// How many processes are known to use a budget.
fn members(server: &Redis) -> usize {
    let mut connection = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let leases: Vec<String> = redis::cmd("KEYS").arg("retry:*:leases").query(&mut connection).unwrap();
    let members =
        leases.iter().map(|key| redis::cmd("ZCARD").arg(key).query::<usize>(&mut connection).unwrap());
    members.sum()
}
