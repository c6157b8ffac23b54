//! A fleet on one machine: four processes and a Redis.
//!
//! Eight hundred clients lose their server at the same moment, and come back: spread by jitter, then by slots that they
//! reserve in Redis. Then every process tries to charge the same orders, and each order is charged once.
//!
//! ```text
//! cargo run --example cluster --features cluster
//! ```
//! It starts a Redis of its own (`redis-server` must be installed), or uses the one at `REDIS_URL`. It checks itself: its exit
//! code is 0 when all went as expected.

mod arrivals;
mod fleet;
mod private_redis;
mod upstream;
mod worker;

use std::{env, error::Error, time::Duration};

use arrivals::Arrivals;
use fleet::Fleet;
use private_redis::PrivateRedis;
use upstream::Upstream;

/// How many processes there are, how many clients each has, and how many orders all of them charge.
const PROCESSES: usize = 4;
const CLIENTS: usize = 200;
const ORDERS: u32 = 100;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [task, upstream, redis @ ..] = &arguments[..] {
        return worker::run(task, upstream.parse()?, redis.first().map(String::as_str)).await;
    }
    let (redis, _private) = match env::var("REDIS_URL") {
        Ok(url) => (url, None),
        Err(_) => PrivateRedis::start().map(|redis| (redis.url(), Some(redis)))?,
    };

    let with_jitter = returns(None).await?;
    println!("{} clients come back by jitter of ±10 %:\n{with_jitter}", PROCESSES * CLIENTS);
    let with_slots = returns(Some(&redis)).await?;
    println!("and by slots, 10 of 100 ms each:\n{with_slots}");

    let charges = charges(&redis).await?;
    println!("{ORDERS} orders, charged by {PROCESSES} processes at once: {charges} charges");

    let even = PROCESSES * CLIENTS / 10;
    if with_slots.highest() * 2 >= with_jitter.highest() || with_slots.highest() > even * 2 {
        return Err("the slots did not spread the clients".into());
    }
    if charges != ORDERS {
        return Err("an order was not charged once".into());
    }
    Ok(())
}

/// When the clients return that fail together.
async fn returns(redis: Option<&str>) -> Result<Arrivals, Box<dyn Error>> {
    let upstream = Upstream::losing(PROCESSES * CLIENTS).await?;
    Fleet::start("fetch", upstream.address(), redis)?.wait().await?;
    Ok(Arrivals::of(&upstream.returns(), Duration::from_millis(100)))
}

/// How often orders are charged that every process charges.
async fn charges(redis: &str) -> Result<u32, Box<dyn Error>> {
    let upstream = Upstream::losing(0).await?;
    Fleet::start("charge", upstream.address(), Some(redis))?.wait().await?;
    Ok(upstream.charges())
}
