//! Ten thousand clients, a server that hangs for twenty seconds, and what their retries do to it. The time is virtual,
//! the retries are those of `#[retry]`.
//!
//! ```text
//! cargo run --example herd --features herd                          # a few seconds
//! cargo run --release --example herd --features herd 100000 examples/herd/herd.svg   # the picture of the README
//! cargo run --release --example herd --features herd 1000000        # five minutes, 2 GiB
//! ```
//!
//! The arguments are the number of clients, a thousand or more, and the file for the picture; without one it is
//! `herd.svg` among the temporary files.
//!
//! # The model
//! Clients call at random times (a Poisson process each), whether or not their last call has ended. The server serves
//! their requests one by one in the order in which they come; normal load is 75 % of what it can. Who waits for a
//! second leaves, and tries again as its strategy says; the server does not notice, and does the work all the same.
//! The outage: the server takes requests and does nothing. At its end it is restarted, which resets every connection:
//! all that wait at that moment fail at once, and without jitter go on in step.
//!
//! A hundred clients are one process; guards are shared within it, so there are many of them, and none knows what the
//! others do. All figures are in `scenario.rs` and `process.rs`, with their reasons. Change them and see.
//!
//! # What it shows
//! - While a call fails it makes as many requests as it may: five attempts are five times the load, with any jitter
//!   and any backoff. Backoff says when they come, not how many.
//! - So the load outlives the outage. 5 · 75 % is more than the server can do, its line grows longer than its clients'
//!   patience, and it works for clients that have left. Nothing gets better by itself: a metastable failure.
//! - Jitter takes away the waves, and they are not the illness.
//! - A budget without reserve bounds the load to the calls and a fifth (the default reserve, ten retries a second, is
//!   three times the calls of such a process). An adaptive rate leaves calls fewer attempts while most of them
//!   fail. A breaker keeps first attempts away, too, until its circuit closes: more calls fail than without retries.
//!
//! # What it leaves out
//! One server, no network, requests that are all alike, and no partial failure, where retries earn their keep: here they
//! can save only the calls of the last seconds of the outage.
//!
//! The clients' times are the same in every run. Jitter is drawn as in any program, from the thread's own generator:
//! with jitter the figures differ a little from run to run.
//!
//! # Sources
//! - Bronson et al., *Metastable Failures in Distributed Systems*, `HotOS` 2021; Huang et al., *Metastable Failures in
//!   the Wild*, OSDI 2022
//! - Marc Brooker, [*Exponential Backoff And Jitter*](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
//!   2015; [*Fixing retries with token buckets and circuit breakers*](https://brooker.co.za/blog/2022/02/28/retries.html), 2022

mod claims;
mod clients;
mod outcome;
mod picture;
mod process;
mod scenario;
mod server;
mod strategies;
mod table;
#[cfg(test)]
mod tests;
mod timeline;

use std::{env, error::Error, fs, path::PathBuf, process::ExitCode};

use strategies::Strategy;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let clients = match arguments.next().map(|number| number.parse()) {
        None => scenario::CLIENTS,
        Some(Ok(clients)) if clients >= 1_000 => clients,
        Some(_) => return Err("usage: herd [CLIENTS [FILE]], a thousand clients or more".into()),
    };
    let file = arguments.next().map_or_else(|| env::temp_dir().join("herd.svg"), PathBuf::from);

    println!("{}", table::head());
    let outcomes = Strategy::ALL.map(|strategy| {
        let outcome = clients::run(strategy, clients);
        println!("{}", table::row(strategy, &outcome));
        (strategy, outcome)
    });
    println!("\n{}\n", table::LEGEND);

    let claims = claims::check(&outcomes);
    for (claim, holds) in &claims {
        println!("{} {claim}", if *holds { "as expected:    " } else { "NOT as expected:" });
    }
    fs::write(&file, picture::draw(&outcomes)?)?;
    println!("\nThe picture is {}", file.display());
    Ok(if claims.iter().all(|(_, holds)| *holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
