use retry_runtime::retry;

#[retry(attempt_timeout = "5s")]
fn fetch() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
