use std::io;

use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(with = retry_runtime::is_transient_io)]
    Read(String, io::Error),
    #[classify(source)]
    Write { path: String, cause: Inner },
    #[classify(source)]
    Closed,
}

#[derive(Classify)]
#[classify(source, field = cause)]
struct Inner {
    cause: Box<Inner>,
}

fn main() {}
