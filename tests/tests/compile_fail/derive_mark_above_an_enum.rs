use retry_runtime::Classify;

#[derive(Classify)]
#[permanent]
enum ApiError {
    #[transient]
    Timeout,
}

#[derive(Classify)]
#[classify(with = retry_runtime::is_transient_io)]
enum ReadError {
    #[classify(with = retry_runtime::is_transient_io)]
    Io(std::io::Error),
}

fn main() {}
