use retry_runtime::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(wiht = retry_runtime::is_transient_io)]
    Misspelt(std::io::Error),
    #[classify(filter = retry_runtime::is_transient_io)]
    Elsewhere(std::io::Error),
    #[classify(transient)]
    Mark,
    #[throttled(retry_afer = wait)]
    Hint { wait: std::time::Duration },
    #[classify(retry_after = wait)]
    Moved { wait: std::time::Duration },
    #[transient(with = retry_runtime::is_transient_io)]
    Mixed(std::io::Error),
}

fn main() {}
