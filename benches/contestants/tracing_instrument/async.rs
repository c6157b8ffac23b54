use tracing::instrument;

// each copy
#[instrument]
pub async fn call_COPY(key: &str) -> Outcome {
    send(key, COPY).await
}
