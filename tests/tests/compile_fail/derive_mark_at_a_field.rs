use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    Busy(#[transient] u32),
    Read {
        path: String,
        #[classify(source)]
        cause: Inner,
    },
}

#[derive(Classify)]
#[permanent]
struct Inner;

fn main() {}
