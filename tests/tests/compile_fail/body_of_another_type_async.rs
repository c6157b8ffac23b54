//! One fault in a body that stays in the loop is one error.
use retry_runtime::retry;

async fn get() -> Result<u32, String> {
    Ok(1)
}

#[retry]
async fn mapped() -> Result<u32, String> {
    get().await.map(|x| u64::from(x))
}

#[retry]
async fn not_awaited() -> Result<u32, std::io::Error> {
    get()
}

fn main() {}
