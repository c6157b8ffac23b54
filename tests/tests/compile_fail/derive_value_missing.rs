use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(with)]
    Filter(std::io::Error),
    #[classify(with = )]
    HalfTyped(std::io::Error),
    #[classify(with = |error| )]
    HalfClosure(std::io::Error),
    #[throttled(retry_after)]
    Hint(std::time::Duration),
    #[classify(field = 0)]
    Field(std::io::Error),
}

fn main() {}
