//! Customers: without any, there would be nothing to see.

use std::time::Duration;

use reqwest::Client;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

/// Makes so many calls a second, whether they succeed or not: every second one an order, and one in twenty asks for
/// what is not there. Ends only if it cannot begin.
pub(crate) async fn run(shop: String, calls_per_second: u32) -> reqwest::Result<()> {
    let client = Client::builder().no_proxy().build()?;
    let Some(pause) = Duration::from_secs(1).checked_div(calls_per_second) else {
        return std::future::pending().await;
    };
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut calls = JoinSet::new();
    for number in (0..20).cycle() {
        ticks.tick().await;
        while calls.try_join_next().is_some() {}
        let request = match number {
            0 => client.get(format!("{shop}/prices/unicorn")),
            even if even % 2 == 0 => client.get(format!("{shop}/prices/tea")),
            _ => client.post(format!("{shop}/orders")).body("a cup of tea"),
        };
        calls.spawn(async move { request.send().await?.bytes().await });
    }
    Ok(())
}
