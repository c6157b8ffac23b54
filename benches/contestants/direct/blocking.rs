pub fn call_COPY(key: &str) -> Outcome {
    let request = prepare(key, COPY)?;
    send_blocking(&request)
}
