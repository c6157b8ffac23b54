use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(with = "is_transient_io")]
    Filter(std::io::Error),
    #[classify(with(is_transient_io))]
    List(std::io::Error),
    #[throttled(retry_after = "1s")]
    Hint(std::time::Duration),
    #[classify(with = retry_runtime::is_transient_io, field = "0")]
    Field(std::io::Error),
    #[classify(source = self.0)]
    Source(std::io::Error),
    #[classify(crate = ::retry_runtime)]
    #[transient]
    Crate,
}

#[derive(Classify)]
#[classify(crate = "retry_runtime")]
enum Elsewhere {
    #[transient]
    Timeout,
}

fn main() {}
