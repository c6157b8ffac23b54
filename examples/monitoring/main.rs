//! A service to watch: it calls a flaky upstream through annotated functions and shows its metrics to Prometheus.
//!
//! ```text
//! cargo run --example monitoring --features monitoring
//! ```
//! README.md beside this file has the rest: Prometheus with its rules, a dashboard for Grafana, how to break things.
//! Ctrl-C ends it.

mod clients;
mod exposition;
mod load;
mod serving;
mod shop;
mod upstream;

use std::{env, error::Error, num::ParseIntError};

use clients::Clients;
use serving::Serving;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    log();
    let calls_per_second = setting("CALLS_PER_SECOND", "20");
    let calls_per_second = calls_per_second
        .parse()
        .map_err(|error: ParseIntError| format!("CALLS_PER_SECOND={calls_per_second}: {error}"))?;
    let metrics = exposition::install()?;

    let upstream = Serving::start(&setting("UPSTREAM", "127.0.0.1:8001"), upstream::routes()).await?;
    let clients = Clients::new(upstream.url())?;
    let routes = shop::routes(clients, metrics.clone());
    let shop = Serving::start(&setting("LISTEN", "127.0.0.1:8000"), routes).await?;
    println!("shop      {}/metrics", shop.url());
    println!("upstream  {}/state", upstream.url());

    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        failed = load::run(shop.url(), calls_per_second) => failed?,
        () = exposition::upkeep(metrics) => {}
    }

    // The upstream last: calls under way still need it.
    shop.stop().await?;
    upstream.stop().await?;
    println!("stopped");
    Ok(())
}

fn setting(variable: &str, default: &str) -> String {
    env::var(variable).unwrap_or_else(|_| default.to_owned())
}

/// Lines for people, or with `LOG=json` for machines.
fn log() {
    if setting("LOG", "text") == "json" {
        tracing_subscriber::fmt().json().init();
    } else {
        tracing_subscriber::fmt::init();
    }
}
