use tracing::instrument;

// each copy
#[instrument]
pub fn call_COPY(key: &str) -> Result<u64, Failure> {
    send_blocking(key, COPY)
}
