pub async fn call_COPY(key: &str) -> Outcome {
    send(key, COPY).await
}
