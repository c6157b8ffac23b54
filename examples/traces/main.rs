//! A checkout as a trace: a span for each call of an annotated function and for each of its attempts, sent by OTLP.
//!
//! ```text
//! cargo run --example traces --features traces
//! ```
//!
//! The spans go to port 4318 of this machine, or to `OTEL_EXPORTER_OTLP_ENDPOINT`. Something that takes them, which is
//! not tested here, is Jaeger, whose page is <http://localhost:16686>, or OpenTelemetry's collector, which prints them:
//!
//! ```text
//! docker run --rm -p 4318:4318 -p 16686:16686 jaegertracing/jaeger:latest
//! docker run --rm -p 4318:4318 otel/opentelemetry-collector:latest
//! ```

mod shop;
mod telemetry;
mod upstream;

use std::{error::Error, iter, process::ExitCode};

use opentelemetry::trace::TraceContextExt;
use retry_runtime::{HttpError, http_status};
use shop::Shop;
use tokio::runtime::Runtime;
use tracing::{Instrument, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    for cause in iter::successors(error.source(), |&cause| cause.source()) {
        eprintln!("caused by: {cause}");
    }
    ExitCode::FAILURE
}

fn run() -> Result<(), Box<dyn Error>> {
    let provider = telemetry::install()?;
    // As a web framework's middleware starts one for each request.
    let request = info_span!("request", otel.name = "POST /checkout", otel.kind = "server");
    let trace = request.context().span().span_context().trace_id();
    Runtime::new()?.block_on(checkout().instrument(request))?;
    println!("trace {trace}");
    telemetry::send(&provider)?;
    provider.shutdown()?;
    Ok(())
}

async fn checkout() -> Result<(), Box<dyn Error>> {
    let shop = Shop::new(upstream::start().await?)?;
    expect("the price, at the third attempt", shop.price().await, None)?;
    expect("what is in stock, as the second attempt is answered in time", shop.stock().await, None)?;
    expect("no gift, for there is none", shop.gift().await, Some(404))?;
    expect("the mail, in a call without a span", shop.mail().await, None)?;
    expect("no payment, for its service is down", shop.pay().await, Some(503))
}

/// The call succeeded, or failed with this status.
fn expect(what: &str, answer: Result<(), HttpError>, status: Option<u16>) -> Result<(), Box<dyn Error>> {
    match (answer, status) {
        (Ok(()), None) => Ok(()),
        (Err(error), Some(status)) if http_status(&error) == Some(status) => Ok(()),
        (answer, _) => Err(format!("not {what}: {answer:?}").into()),
    }
}
