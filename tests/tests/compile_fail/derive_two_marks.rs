use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[transient]
    #[permanent]
    Timeout,
    #[throttled]
    #[classify(with = retry_runtime::is_transient_io)]
    Io(std::io::Error),
    #[classify(with = retry_runtime::is_transient_io, source)]
    Both(std::io::Error),
}

fn main() {}
