//! An HTTP server that fails in the ways servers fail, and annotated functions that survive it.
//!
//! ```text
//! cargo run --example quickstart
//! ```

mod server;

use std::{
    error::Error,
    io::IsTerminal,
    process::ExitCode,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use axum::http::StatusCode;
use retry_runtime::{Event, is_transient_http, retry};
use server::{Fault, Script, Server};
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt::format::debug_fn, prelude::*};

/// An async function. `error_for_status` makes an error of a status like 503; the filter says which
/// errors are worth another attempt; the two hooks are told how the call ended.
#[retry(
    max_attempts = 4,
    initial_delay = "50ms",
    filter = is_transient_http,
    on_success = count,
    on_give_up = count
)]
async fn fetch_order(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    client.get(url).send().await?.error_for_status()?.text().await
}

struct Shop {
    client: reqwest::Client,
    url: String,
}

impl Shop {
    /// A method, with the figures of a preset: 5 attempts, the first wait about 50 ms.
    #[retry(aggressive, filter = is_transient_http, on_success = count, on_give_up = count)]
    async fn price(&self, item: &str) -> reqwest::Result<String> {
        let url = format!("{}/prices/{item}", self.url);
        self.client.get(url).send().await?.error_for_status()?.text().await
    }
}

/// A function that blocks: between attempts its thread sleeps.
#[retry(aggressive, jitter = full, filter = is_transient_http, on_success = count, on_give_up = count)]
fn download_menu(client: &reqwest::blocking::Client, url: &str) -> reqwest::Result<String> {
    client.get(url).send()?.error_for_status()?.text()
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    log_to_the_terminal();
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(Server::start())?;
    let [order_url, menu_url] = ["/orders/7", "/menu"].map(|path| format!("{}{path}", server.url));

    // A stalled server never answers: without a timeout there would be nothing to retry.
    let timeout = Duration::from_secs(1);
    let client = reqwest::Client::builder().timeout(timeout).no_proxy().build()?;
    let blocking_client = reqwest::blocking::Client::builder().timeout(timeout).no_proxy().build()?;
    let shop = Shop { client: client.clone(), url: server.url.clone() };

    let unavailable = Fault::Status(StatusCode::SERVICE_UNAVAILABLE);
    let bad_gateway = Fault::Status(StatusCode::BAD_GATEWAY);
    let not_found = Fault::Status(StatusCode::NOT_FOUND);
    let order = || runtime.block_on(fetch_order(&client, &order_url));
    let price = || runtime.block_on(shop.price("tea"));
    let menu = || download_menu(&blocking_client, &menu_url);
    let rows = [
        row(&server, "fetch_order", [unavailable, bad_gateway], Ok(3), order),
        row(&server, "Shop::price", [Fault::Reset, Fault::Stall, bad_gateway], Ok(4), price),
        row(&server, "download_menu", [Fault::Reset, unavailable], Ok(3), menu),
        // Asking again for what is not there is of no use.
        row(&server, "fetch_order", [not_found], Err(1), order),
        // The attempts run out, and the caller gets the last error back.
        row(&server, "fetch_order", [unavailable; 5], Err(4), order),
    ];

    println!("\n{:<14} {:>8} {:>15}  result", "function", "attempts", "server's count");
    for (line, _) in &rows {
        println!("{line}");
    }
    let all_is_well = rows.iter().all(|&(_, as_expected)| as_expected);
    println!("\n{}", if all_is_well { "all as expected" } else { "NOT as expected" });
    Ok(if all_is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many attempts the last call made, by its own account.
static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

fn count<E>(event: &Event<'_, E>) {
    ATTEMPTS.store(event.attempt, Relaxed);
}

/// Makes a call while the server has these faults: a line of the table, and whether the call took as many
/// attempts as expected to succeed (`Ok`) or fail (`Err`), by its own count and the server's.
fn row<const N: usize>(
    server: &Server,
    function: &str,
    faults: [Fault; N],
    expected: Result<u32, u32>,
    call: impl FnOnce() -> reqwest::Result<String>,
) -> (String, bool) {
    *server.script() = Script { faults: faults.into(), requests: 0 };
    let result = call();
    let (attempts, requests) = (ATTEMPTS.load(Relaxed), server.script().requests);
    let as_expected =
        requests == attempts && expected == result.as_ref().map(|_| attempts).map_err(|_| attempts);
    let result = result.unwrap_or_else(|error| error.without_url().to_string());
    (format!("{function:<14} {attempts:>8} {requests:>15}  {result}"), as_expected)
}

/// Prints the messages of events without their fields, which are for machines.
fn log_to_the_terminal() {
    tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .with_ansi(std::io::stdout().is_terminal())
        .without_time()
        .fmt_fields(debug_fn(|writer, field, value| match field.name() {
            "message" => write!(writer, "{value:?}"),
            _ => Ok(()),
        }))
        .finish()
        .with(
            Targets::new().with_target("retry_runtime", Level::DEBUG).with_target("quickstart", Level::INFO),
        )
        .init();
}
