use retry_runtime::retry;

#[retry(deadline = "5s", attempt_timeout = "5s")]
async fn fetch() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
