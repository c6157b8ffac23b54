//! Where spans and logs go: spans to a collector, logs to the terminal, as lines of JSON with the trace's id.

use std::error::Error;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::Level;
use tracing_subscriber::{filter::Targets, prelude::*};

pub(crate) fn install() -> Result<SdkTracerProvider, Box<dyn Error>> {
    let exporter = SpanExporter::builder().with_http().build()?;
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("shop").build())
        .with_batch_exporter(exporter)
        .build();
    // Nothing of what the HTTP client traces: its spans would be sent as well.
    let seen = Targets::new().with_target("retry_runtime", Level::DEBUG).with_target("traces", Level::INFO);
    tracing_subscriber::registry()
        .with(seen)
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("traces")))
        .with(tracing_subscriber::fmt::layer().json().flatten_event(true))
        .try_init()?;
    Ok(provider)
}
