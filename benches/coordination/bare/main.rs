//! The `redis` crate alone: a connection that all tasks share, and the script that ours runs, with the same arguments.

use std::process::ExitCode;

use redis::{Client, Script, aio::MultiplexedConnection};
use retry_benches::Contestant;

const SLOTS: &str = include_str!("../../../retry-runtime/src/coordinate/redis/slots.lua");

/// In microseconds: the backoff, ten slots, each so wide, and a year for all of it.
const ARGUMENTS: [&str; 4] = ["100000", "10", "100000", "31536000000000"];

async fn ask(mut connection: MultiplexedConnection, calls: u64) {
    let script = Script::new(SLOTS);
    for _ in 0..calls {
        let mut ask = script.key("bare:{0123456789abcdef0123456789abcdef}:slots");
        for argument in ARGUMENTS {
            ask.arg(argument);
        }
        let _: u64 = ask.invoke_async(&mut connection).await.expect("it answers");
    }
}

fn main() -> ExitCode {
    let contestant = Contestant::from_arguments();
    let client = Client::open(contestant.redis()).expect("a right URL");
    let connection =
        contestant.wait_for(client.get_multiplexed_async_connection()).expect("it can be connected to");
    contestant
        .async_trips("retry", |calls| ask(connection.clone(), calls))
        .coordinated(|calls| ask(connection.clone(), calls))
        .exit()
}
