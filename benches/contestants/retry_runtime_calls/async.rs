use retry_runtime::RetryPolicy;

// each copy
pub async fn call_COPY(key: &str) -> Outcome {
    let attempt = async || {
        let request = prepare(key, COPY)?;
        send(&request).await
    };
    RetryPolicy::DEFAULT.call_async(attempt).filter(is_transient).run().await
}
