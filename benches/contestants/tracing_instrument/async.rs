use tracing::instrument;

// each copy
#[instrument]
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    send(key, COPY).await
}
