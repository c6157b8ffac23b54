use retry_runtime::Classify;

fn count(_: &std::io::Error) -> u32 {
    1
}

#[derive(Classify)]
enum ApiError {
    #[classify(with = count)]
    Path(std::io::Error),
    #[classify(with = |error| error.kind())]
    Closure(std::io::Error),
}

fn main() {}
