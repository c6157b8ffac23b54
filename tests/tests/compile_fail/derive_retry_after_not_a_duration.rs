use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[throttled(retry_after = seconds)]
    Busy { seconds: u64 },
}

fn main() {}
