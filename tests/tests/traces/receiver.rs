//! A receiver of OTLP over HTTP, as a collector is one.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    routing::post,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::{net::TcpListener, runtime::Runtime};

type Requests = Arc<Mutex<Vec<ExportTraceServiceRequest>>>;

/// Takes traces until it is dropped.
pub(crate) struct Receiver {
    url: String,
    requests: Requests,
    _runtime: Runtime,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().expect("threads");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let requests = Requests::default();
        let routes = Router::new().route("/v1/traces", post(take)).with_state(requests.clone());
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { url, requests, _runtime: runtime }
    }

    /// For `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(
    State(requests): State<Requests>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<([(&'static str, &'static str); 1], Vec<u8>), StatusCode> {
    const PROTOBUF: &str = "application/x-protobuf";
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != PROTOBUF) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let request = ExportTraceServiceRequest::decode(body).map_err(|_| StatusCode::BAD_REQUEST)?;
    requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    Ok(([("content-type", PROTOBUF)], ExportTraceServiceResponse::default().encode_to_vec()))
}
