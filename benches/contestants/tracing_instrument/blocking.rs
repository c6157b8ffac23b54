use tracing::instrument;

// each copy
#[instrument]
pub fn call_COPY(key: &str) -> Outcome {
    send_blocking(key, COPY)
}
