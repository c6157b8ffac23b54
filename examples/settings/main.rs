//! Edit the file while this runs, and watch the policy change.
//!
//! ```text
//! cargo run --example settings --features settings
//! ```
//!
//! Then change figures in `examples/settings/retry.toml`: by hand, by `sed -i`, by moving another file over it. Change one
//! to nonsense, too. Ctrl-C ends it. Another file is named as the first argument; the environment overrides it, as in
//! `RETRY__WORKER_MAX_ATTEMPTS=7`.

use std::{
    error::Error,
    io::{self, ErrorKind},
    time::Duration,
};

use retry_runtime::{Event, retry, settings};
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, prelude::*};

/// A task whose database is down, for ever.
#[retry(policy = worker, on_retry = show_wait, on_give_up = show_end)]
async fn run_task() -> io::Result<()> {
    Err(ErrorKind::ConnectionRefused.into())
}

fn show_wait(event: &Event<'_, io::Error>) {
    print!("{:.0?}, ", event.delay.unwrap_or_default());
}

fn show_end(event: &Event<'_, io::Error>) {
    println!("given up after {} attempts", event.attempt);
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // What becomes of settings, and nothing else: attempts are shown by the hooks.
    let settings_only = Targets::new().with_target("retry_runtime::settings", Level::INFO);
    tracing_subscriber::registry().with(fmt::layer().with_writer(io::stderr)).with(settings_only).init();
    let file = std::env::args().nth(1).unwrap_or_else(|| "examples/settings/retry.toml".to_owned());

    let _watch = settings::watch(&file)?;
    println!("{}\n\nwaits of a task, by {file}:", settings::report());
    loop {
        // It fails every time; the hooks have shown it.
        let _ = run_task().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
