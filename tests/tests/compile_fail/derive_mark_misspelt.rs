use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[transiant]
    Timeout,
    #[permanent]
    Gone,
}

fn main() {}
