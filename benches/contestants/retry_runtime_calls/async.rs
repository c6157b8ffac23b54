use retry_runtime::RetryPolicy;

// each copy
pub async fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send(key, COPY);
    RetryPolicy::DEFAULT.call_async(attempt).filter(is_transient).run().await
}
