use retry_runtime::RetryPolicy;

// each copy
pub fn call_COPY(key: &str) -> Outcome {
    let attempt = || {
        let request = prepare(key, COPY)?;
        send_blocking(&request)
    };
    RetryPolicy::DEFAULT.call(attempt).filter(is_transient).run()
}
