use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(source)]
    Io(std::io::Error),
    #[classify(source)]
    Boxed(Box<std::io::Error>),
}

fn main() {}
