use retry_runtime::Classify;

#[derive(Classify)]
#[classify(crate = ::resilience)]
enum ApiError {
    #[transient]
    Timeout,
}

fn main() {}
