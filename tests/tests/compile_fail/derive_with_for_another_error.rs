use retry_runtime::Classify;

fn is_busy(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::ResourceBusy
}

#[derive(Classify)]
enum ApiError {
    #[classify(with = is_busy)]
    Other(std::fmt::Error),
    #[classify(with = |error| error.kind())]
    NoMethod(std::fmt::Error),
}

fn main() {}
