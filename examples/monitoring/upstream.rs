//! The services behind the shop, as far as it can tell: a server whose health can be set.

use std::{
    future,
    str::FromStr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post, put},
};
use tracing::info;

#[derive(Clone, Copy, Debug, Default)]
enum Health {
    #[default]
    Up,
    /// One request in five goes wrong.
    Flaky,
    Down,
}

impl FromStr for Health {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "up" => Ok(Self::Up),
            "flaky" => Ok(Self::Flaky),
            "down" => Ok(Self::Down),
            _ => Err("up, flaky or down\n"),
        }
    }
}

#[derive(Clone, Default)]
struct Upstream {
    health: Arc<Mutex<Health>>,
    requests: Arc<AtomicU32>,
}

impl Upstream {
    /// What becomes of a request.
    async fn serve(&self) -> Result<(), StatusCode> {
        let number = self.requests.fetch_add(1, Relaxed);
        let health = *self.health.lock().unwrap_or_else(PoisonError::into_inner);
        match (health, number % 20) {
            (Health::Flaky, 0) => Err(StatusCode::BAD_GATEWAY),
            (Health::Flaky, 5) => Err(StatusCode::TOO_MANY_REQUESTS),
            // Never answered: whoever asked had better have a timeout.
            (Health::Flaky, 10) => future::pending().await,
            (Health::Flaky, 15) | (Health::Down, _) => Err(StatusCode::SERVICE_UNAVAILABLE),
            (Health::Up | Health::Flaky, _) => Ok(()),
        }
    }
}

/// A warehouse, a mail service, and the state of both.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/prices/{item}", get(price))
        .route("/mails", post(mail))
        .route("/state", put(set_health))
        .with_state(Upstream::default())
}

async fn price(
    State(upstream): State<Upstream>,
    Path(item): Path<String>,
) -> Result<&'static str, StatusCode> {
    upstream.serve().await?;
    if item == "unicorn" { Err(StatusCode::NOT_FOUND) } else { Ok("7") }
}

async fn mail(State(upstream): State<Upstream>) -> Result<StatusCode, StatusCode> {
    upstream.serve().await.map(|()| StatusCode::ACCEPTED)
}

async fn set_health(
    State(upstream): State<Upstream>,
    name: String,
) -> Result<(), (StatusCode, &'static str)> {
    let health = name.trim().parse().map_err(|usage| (StatusCode::BAD_REQUEST, usage))?;
    *upstream.health.lock().unwrap_or_else(PoisonError::into_inner) = health;
    info!("the upstream is {}", name.trim());
    Ok(())
}
