//! Where spans and logs go: spans to a collector, logs to the terminal, as lines of JSON with the trace's id.

use std::{env, error::Error, fmt};

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{OTEL_EXPORTER_OTLP_ENDPOINT, SpanExporter};
use opentelemetry_sdk::{Resource, error::OTelSdkError, trace::SdkTracerProvider};
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

/// Sends what was not sent yet. `shutdown` would do so too, but keeps it to itself if nobody takes the spans.
pub(crate) fn send(provider: &SdkTracerProvider) -> Result<(), NobodyTookThem> {
    provider.force_flush().map_err(NobodyTookThem)
}

/// The spans were not sent.
#[derive(Debug)]
pub(crate) struct NobodyTookThem(OTelSdkError);

impl fmt::Display for NobodyTookThem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = env::var(OTEL_EXPORTER_OTLP_ENDPOINT);
        let endpoint = endpoint.as_deref().unwrap_or("http://localhost:4318");
        write!(
            f,
            "nobody took the spans at {endpoint} ({OTEL_EXPORTER_OTLP_ENDPOINT}): start a collector, as in the first \
             lines of examples/traces/main.rs"
        )
    }
}

impl Error for NobodyTookThem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
