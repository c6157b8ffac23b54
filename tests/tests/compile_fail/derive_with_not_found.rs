use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(with = is_busy)]
    Io(std::io::Error),
}

fn main() {}
