//! All retries of a service in a table, to be audited in a minute, and what became of its calls.
//!
//! ```text
//! cargo run --example inventory --features inventory
//! ```

mod billing;
mod mail;
mod tables;
mod upstream;
mod warehouse;

use std::{error::Error, time::Duration};

use retry_runtime::{AnnotatedFunction, CircuitState, RetryPolicy, inventory, statistics};
use upstream::Upstream;

/// What this team lets a caller wait for.
const PATIENCE: Duration = Duration::from_secs(60);

// Paused: waits take no time.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let functions = inventory();
    println!("{}\n", tables::functions(&functions));
    // A rule that a team may hold in a test.
    let complaints: Vec<_> = functions.iter().filter_map(complaint).collect();
    println!("{}", complaints.join("\n"));
    assert_eq!(complaints.len(), 2, "`send` waits too long, and nobody knows of `count`");
    let operations: Vec<_> = functions.iter().map(|function| function.operation).collect();
    assert_eq!(operations, ["charge", "refund_payment", "send", "reserve", "count"]);

    make_calls().await;

    let statistics = statistics();
    println!("\n{}\n", tables::statistics(&statistics));
    println!("{}", serde_json::to_string_pretty(&statistics)?);

    let [charge, refund, send, reserve, count, greet] = &statistics[..] else {
        panic!("five functions and a call: {statistics:?}")
    };
    assert_eq!((charge.attempts, charge.retries, charge.successes_after_retries), (11, 8, 1));
    assert_eq!((charge.failures_exhausted, charge.failures_other), (2, 1));
    assert_eq!(charge.circuit_breaker.as_ref().map(|breaker| breaker.state), Some(CircuitState::Open));
    assert_eq!((refund.failures_permanent, refund.last_error_type), (1, Some("Declined")));
    assert_eq!((send.attempts, send.last_error_type), (0, None), "not called yet");
    assert_eq!(reserve.successes, 3);
    assert_eq!(count.successes, 2);
    assert_eq!((greet.operation, greet.successes_after_retries), ("greet", 1));
    Ok(())
}

/// What is wrong with a function that may wait for too long. One whose policy is not known may do so too: a bare
/// `worst_case_delay > Some(PATIENCE)` would let it pass, as `None` is less than any `Some`.
fn complaint(function: &AnnotatedFunction) -> Option<String> {
    let fault = match function.worst_case_delay {
        Some(delay) if delay <= PATIENCE => return None,
        Some(_) => format!("may wait for longer than {PATIENCE:?}"),
        None => "may wait for an unknown time: its policy depends on types".to_owned(),
    };
    Some(format!("{}:{} {fault}", function.file, function.line))
}

/// Some calls that fail, and some that do not.
async fn make_calls() {
    let flaky = Upstream::failing(2);
    assert!(billing::charge(&flaky, 100).await.is_ok());
    let down = Upstream::failing(u32::MAX);
    while let Err(upstream::Error::Unavailable) = billing::charge(&down, 100).await {}
    assert!(billing::refund(&Upstream::declining(), 100).await.is_err());

    let healthy = Upstream::failing(0);
    for item in ["bolt", "nut", "washer"] {
        assert!(warehouse::reserve(&healthy, item).is_ok());
    }
    assert!(warehouse::count::<warehouse::Urgent>(&healthy).is_ok());
    assert!(warehouse::count::<warehouse::Nightly>(&healthy).is_ok());

    let flaky = Upstream::failing(1);
    let call = RetryPolicy::WORKER
        .call_async(async || flaky.answer().map_err(|error| format!("{error:?}")))
        .service("mail")
        .operation("greet");
    assert!(call.run().await.is_ok());
}
