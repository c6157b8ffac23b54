//! The service: each request is a call of an annotated function.

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::{get, post},
};
use metrics_exporter_prometheus::PrometheusHandle;
use retry_runtime::HttpError;

use crate::clients::Clients;

pub(crate) fn routes(clients: Clients, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/prices/{item}", get(price))
        .route("/orders", post(order))
        .with_state(clients)
        .route("/metrics", get(exposition))
        .with_state(metrics)
}

async fn price(State(clients): State<Clients>, Path(item): Path<String>) -> Result<String, Failure> {
    Ok(clients.price(&item).await?)
}

/// An order goes out as a mail.
async fn order(State(clients): State<Clients>, text: String) -> Result<StatusCode, Failure> {
    clients.send_mail(&text).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn exposition(State(metrics): State<PrometheusHandle>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render())
}

/// What a request comes to whose call was given up.
struct Failure(HttpError);

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        let status = match self.0.status() {
            Some(StatusCode::NOT_FOUND) => StatusCode::NOT_FOUND,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, format!("{}\n", self.0)).into_response()
    }
}
