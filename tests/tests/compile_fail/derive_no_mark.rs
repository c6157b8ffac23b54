use retry_runtime::{Classify, retry};

#[derive(Classify)]
enum ApiError {
    #[transient]
    Timeout,
    /// New here.
    Busy { wait: u32 },
}

#[derive(Classify)]
struct Closed(u32);

fn judged<E: Classify>(_: &E) {}

#[retry]
fn fetch() -> Result<u32, ApiError> {
    judged(&ApiError::Timeout);
    judged(&Closed(1));
    Ok(1)
}

fn main() {}
