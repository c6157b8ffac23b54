use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[transient = true]
    Timeout,
    #[throttled()]
    Busy,
    #[permanent(retry_after = 0)]
    Gone(std::time::Duration),
    #[classify]
    Empty(u32),
}

fn main() {}
