pub async fn call_COPY(key: &str) -> Outcome {
    let request = prepare(key, COPY)?;
    send(&request).await
}
