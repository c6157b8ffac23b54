use retry_runtime::RetryPolicy;

// each copy
pub fn call_COPY(key: &str) -> Result<u64, Failure> {
    let attempt = || send_blocking(key, COPY);
    RetryPolicy::DEFAULT.call(attempt).filter(is_transient).run()
}
