use retry_runtime::retry;

#[retry(attempt_timeout = 5)]
async fn without_unit() -> std::io::Result<u32> {
    Ok(1)
}

#[retry(attempt_timeout = "5 seconds")]
async fn malformed() -> std::io::Result<u32> {
    Ok(1)
}

#[retry(attempt_timeout = std::f64::consts::PI)]
async fn no_duration() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
