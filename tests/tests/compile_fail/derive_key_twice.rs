use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(with = retry_runtime::is_transient_io)]
    #[classify(with = retry_runtime::is_transient_io)]
    Io(std::io::Error),
    #[throttled(retry_after = 0, retry_after = 1)]
    Busy(std::time::Duration, std::time::Duration),
}

fn main() {}
